import { setTimeout as delay } from 'node:timers/promises'
import { type JsonAnswer, requestJson } from '../shared/json-http.ts'

const callTimeoutMs = 10_000
/** Answers with these statuses say: not now. */
const laterStatuses = new Set([429, 502, 503, 504])

/** A call that the control center did not carry out. */
export class ControlCenterError extends Error {
  override readonly name = 'ControlCenterError'
  /** Its stable error code, or UNREACHABLE. */
  readonly code: string
  /** Whether the same call may succeed later. */
  readonly retryable: boolean
  /** When it asked to be called again, in milliseconds from now; null when it did not say. */
  readonly retryAfterMs: number | null

  constructor(
    code: string,
    message: string,
    options: { retryable: boolean; retryAfterMs?: number | null; cause?: unknown },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.retryable = options.retryable
    this.retryAfterMs = options.retryAfterMs ?? null
  }
}

/** Whether an error is a refusal with this code. */
export function isRefusal(error: unknown, code: string): error is ControlCenterError {
  return error instanceof ControlCenterError && error.code === code
}

export interface ControlCenterOptions {
  url: string
  apiKey: string
  /** Called when an answer comes after some calls that got none. */
  onRecovered?: () => void
}

/**
 * The control center's API, as any program may use it: tRPC over plain HTTP. Calls throw ControlCenterError, or the reason of
 * `signal` once that has aborted.
 */
export class ControlCenter {
  readonly #options: ControlCenterOptions
  #isReachable = true

  constructor(options: ControlCenterOptions) {
    this.#options = options
  }

  get isReachable(): boolean {
    return this.#isReachable
  }

  /** Calls a procedure that changes something. */
  mutate<Result>(procedure: string, input: unknown, signal: AbortSignal): Promise<Result> {
    return this.#call(`/api/trpc/${procedure}`, { method: 'POST', body: input }, signal)
  }

  /** Calls a procedure that reads. */
  query<Result>(procedure: string, input: unknown, signal: AbortSignal): Promise<Result> {
    const search = new URLSearchParams({ input: JSON.stringify(input) })
    return this.#call(`/api/trpc/${procedure}?${search}`, { method: 'GET' }, signal)
  }

  /** Looks every `everyMs` whether it is there, so that its return is noticed even when nothing else calls it. */
  async watch(everyMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#send('/healthz', { method: 'GET' }, signal).catch(() => {})
      await delay(everyMs, undefined, { signal }).catch(() => {})
    }
  }

  async #call<Result>(path: string, request: { method: 'GET' | 'POST'; body?: unknown }, signal: AbortSignal) {
    const answer = await this.#send(path, request, signal)
    const body = answer.body as { result?: { data: Result } } | null
    if (answer.status === 200 && body?.result) return body.result.data
    throw readRefusal(answer)
  }

  async #send(
    path: string,
    request: { method: 'GET' | 'POST'; body?: unknown },
    signal: AbortSignal,
  ): Promise<JsonAnswer> {
    const { url, apiKey, onRecovered } = this.#options
    const limited = AbortSignal.any([signal, AbortSignal.timeout(callTimeoutMs)])
    const headers = { authorization: `Bearer ${apiKey}` }
    try {
      const answer = await requestJson(`${url}${path}`, { ...request, headers, signal: limited })
      const wasReachable = this.#isReachable
      this.#isReachable = true
      if (!wasReachable) onRecovered?.()
      return answer
    } catch (cause) {
      signal.throwIfAborted()
      this.#isReachable = false
      throw new ControlCenterError('UNREACHABLE', `The control center at ${url} does not answer.`, {
        retryable: true,
        cause,
      })
    }
  }
}

function readRefusal({ status, headers, body }: JsonAnswer): ControlCenterError {
  const error = (body as { error?: { message?: string; data?: { appCode?: string } } } | null)?.error
  const seconds = Number(headers['retry-after'] ?? Number.NaN)
  return new ControlCenterError(
    error?.data?.appCode ?? `HTTP_${status}`,
    error?.message ?? `It answered HTTP ${status}.`,
    {
      retryable: laterStatuses.has(status),
      retryAfterMs: Number.isFinite(seconds) ? seconds * 1_000 : null,
    },
  )
}
