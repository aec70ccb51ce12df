import { hash, randomUUID } from 'node:crypto'
import { z } from 'zod'
import { type Json, limits } from '#server/contracts/common.ts'
import type { ErrorCode } from '#server/contracts/errors.ts'
import type { DriverOutcome, DriverReport, ReportAnswer } from '#server/core/queue/driver.ts'
import { TurnoverMap } from '#server/core/shared/turnover-map.ts'
import { moduleErrorSchema } from '../module-error.ts'
import { jsonFault } from './json-content.ts'
import { toFailure } from './read-answer.ts'

/** What a callback is answered with. */
export interface CallbackAnswer {
  status: number
  body: { accepted: true } | { error: { code: ErrorCode; message: string; action: string } }
}

/** The callback side of one open call. */
export interface CallbackTicket {
  /** The secret that stands for this call; whoever has it may report on the call and end it. */
  readonly token: string
  /** How the module ended the call by callback; null while it has not. */
  readonly outcome: DriverOutcome | null
  /** Resolves when the module ends the call by callback. */
  readonly ended: Promise<DriverOutcome>
  /** Makes the token unknown. */
  close(): void
}

type OnReport = (report: DriverReport) => ReportAnswer | Promise<ReportAnswer>

interface OpenCall {
  onReport: OnReport
  end: (outcome: DriverOutcome) => void
}

const json = z.custom<Json>(value => value !== undefined, 'is missing')
const callbackSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('progress'),
    stage: z.string().max(100).nullish(),
    percent: z.number().min(0).max(100).nullish(),
    message: z.string().max(500).nullish(),
  }),
  z.strictObject({ kind: z.literal('checkpoint'), data: json }),
  z.strictObject({ kind: z.literal('completed'), result: json }),
  z.strictObject({ kind: z.literal('failed'), error: moduleErrorSchema }),
])
type Callback = z.output<typeof callbackSchema>

/**
 * The open calls of this replica by their callback token. Only hashes of tokens are kept, so a look-up takes the same time
 * however much of a guessed token is right. A token dies when its call ends, by callback or otherwise; from then on it is
 * answered like one that never was.
 */
export class CallbackTable {
  readonly #maxResultBytes: number
  readonly #sign: (secret: string) => string
  readonly #calls = new TurnoverMap<string, OpenCall>()

  /** `sign` makes a token of its secret part. */
  constructor(maxResultBytes: number, sign: (secret: string) => string = secret => secret) {
    this.#maxResultBytes = maxResultBytes
    this.#sign = sign
  }

  /** How many calls are open. */
  get size(): number {
    return this.#calls.size
  }

  /** `onReport` hears of progress and checkpoints in the order they arrive; it must not throw or reject. */
  open(onReport: OnReport): CallbackTicket {
    // 122 random bits; randomUUID draws them from a pool, 0.4 µs against 8 µs for randomBytes.
    const token = this.#sign(randomUUID())
    const key = keyOf(token)
    const { promise: ended, resolve } = Promise.withResolvers<DriverOutcome>()
    let outcome: DriverOutcome | null = null
    const close = () => void this.#calls.delete(key)
    const end = (how: DriverOutcome) => {
      close()
      outcome = how
      resolve(how)
    }
    this.#calls.set(key, { onReport, end })
    return {
      token,
      ended,
      close,
      get outcome() {
        return outcome
      },
    }
  }

  has(token: string): boolean {
    return this.#calls.has(keyOf(token))
  }

  /**
   * Takes one callback; a checkpoint is answered once it is kept. Whatever is refused changes nothing, and the call stays open
   * for a corrected one.
   */
  async deliver(token: string, body: unknown): Promise<CallbackAnswer> {
    const call = this.#calls.get(keyOf(token))
    if (!call) return unknownToken
    const parsed = callbackSchema.safeParse(body)
    if (!parsed.success) return refuse(400, 'INVALID_INPUT', explain(parsed.error))
    const refusal = this.#refusal(parsed.data)
    if (refusal) return refusal
    return answers[await apply(call, parsed.data)]
  }

  #refusal(callback: Callback): CallbackAnswer | null {
    const fault = jsonFault(callback as unknown as Json, limits.jsonDepth + 1)
    if (fault !== null) return refuse(400, 'PAYLOAD_NOT_STORABLE', `The callback ${fault}.`)
    if (callback.kind === 'checkpoint') {
      return sizeRefusal('CHECKPOINT_TOO_LARGE', 'checkpoint', callback.data, limits.checkpointBytes)
    }
    if (callback.kind === 'completed') {
      return sizeRefusal('PAYLOAD_TOO_LARGE', 'result', callback.result, this.#maxResultBytes)
    }
    return null
  }
}

/** The answer for a token that stands for no open call, whether it ever did or not. */
export const unknownToken: CallbackAnswer = refuse(
  404,
  'CALLBACK_NOT_FOUND',
  'There is no open call behind this callback address.',
)

/** A refusal that says what to correct. */
export function refuse(
  status: number,
  code: ErrorCode,
  message: string,
  action = status === 404
    ? 'Stop working on this task: its call has ended.'
    : 'Correct the callback and send it again.',
): CallbackAnswer {
  return { status, body: { error: { code, message, action } } }
}

const answers: Record<ReportAnswer, CallbackAnswer> = {
  accepted: { status: 200, body: { accepted: true } },
  ended: unknownToken,
  unavailable: {
    status: 503,
    body: {
      error: {
        code: 'DATABASE_UNAVAILABLE',
        message: 'The checkpoint could not be kept for now.',
        action: 'Go on working, and send the next checkpoint when there is one.',
      },
    },
  },
}

function apply(call: OpenCall, callback: Callback): ReportAnswer | Promise<ReportAnswer> {
  switch (callback.kind) {
    case 'progress': {
      const { stage = null, percent = null, message = null } = callback
      return call.onReport({ kind: 'progress', stage, percent, message })
    }
    case 'checkpoint':
      return call.onReport({ kind: 'checkpoint', data: callback.data })
    case 'completed':
      call.end({ kind: 'succeeded', result: callback.result })
      return 'accepted'
    case 'failed':
      call.end(toFailure(callback.error))
      return 'accepted'
  }
}

function sizeRefusal(code: ErrorCode, name: string, value: Json, maxBytes: number): CallbackAnswer | null {
  const bytes = Buffer.byteLength(JSON.stringify(value))
  if (bytes <= maxBytes) return null
  return refuse(413, code, `The ${name} has ${bytes} bytes; at most ${maxBytes} are allowed.`)
}

function explain(error: z.ZodError): string {
  const [issue] = error.issues
  const where = issue?.path.join('.') ?? ''
  return `The callback is not understood${where === '' ? '' : ` at ${where}`}: ${issue?.message ?? 'invalid'}.`
}

function keyOf(token: string): string {
  return hash('sha256', token, 'base64url')
}
