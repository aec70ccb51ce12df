import type { TroubledCall } from '../../contracts/breakers.ts'
import type { CallRef, CallVerdict } from './breaker-board.ts'

/** How many calls a change of state names. */
const callsKept = 10

interface Noted {
  readonly at: number
  readonly verdict: Exclude<CallVerdict, { kind: 'neutral' }>
  readonly durationMs: number
  readonly ref: CallRef | null
}

/** The last failed and slow calls of one period, so that the breaker can name those that opened it. */
export class TroubledCalls {
  #noted: Noted[] = []

  note(call: Noted): void {
    this.#noted.push(call)
    if (this.#noted.length > callsKept) this.#noted.shift()
  }

  clear(): void {
    if (this.#noted.length > 0) this.#noted = []
  }

  /** The newest of them, at most so many, oldest first. */
  last(count = callsKept): TroubledCall[] {
    return this.#noted.slice(-count).map(({ at, verdict, durationMs, ref }) => ({
      at: new Date(at).toISOString(),
      outcome: verdict.kind === 'failure' ? 'failed' : 'slow',
      code: verdict.kind === 'failure' ? verdict.code : null,
      message: verdict.kind === 'failure' ? verdict.message : null,
      durationMs,
      taskId: ref?.taskId ?? null,
      attempt: ref?.attempt ?? null,
    }))
  }
}
