import type { Clock } from '#server/core/shared/clock.ts'
import type { StopSignal } from '#server/core/shared/stop-switch.ts'

/** Why a call was ended by us: the caller's signal, our own ceiling, or the driver closing. */
export type EndCause = 'cancelled' | 'ceiling' | 'closing'

/** The reason an ended call's signal aborts with. */
export class CallEndedError extends Error {
  override readonly name = 'CallEndedError'
  readonly endCause: EndCause

  constructor(endCause: EndCause) {
    super(`The call was ended: ${endCause}`)
    this.endCause = endCause
  }
}

/**
 * The life of one call: it ends early when the caller's signal aborts, when the ceiling (ms) has passed, or when the driver
 * closes, and tells whoever listens. `dispose` must be called when the call is over; it leaves no timer and no listener behind.
 */
export class CallScope {
  /** Its own among those of one driver. */
  readonly number: number
  readonly #caller: StopSignal
  readonly #cancelTimer: () => void
  readonly #onCallerAbort = () => this.end('cancelled')
  #listener: ((reason: CallEndedError) => void) | null = null
  #reason: CallEndedError | null = null

  constructor(number: number, { clock, caller, ceilingMs }: { clock: Clock; caller: StopSignal; ceilingMs: number }) {
    this.number = number
    this.#caller = caller
    this.#cancelTimer = clock.setTimer(ceilingMs, () => this.end('ceiling'))
    if (caller.aborted) this.end('cancelled')
    else caller.addEventListener('abort', this.#onCallerAbort, { once: true })
  }

  /** Why it ended early; null while it goes on. */
  get reason(): CallEndedError | null {
    return this.#reason
  }

  /** Ends it early, once: a second cause changes nothing. */
  end(cause: EndCause): void {
    if (this.#reason) return
    this.#reason = new CallEndedError(cause)
    this.#listener?.(this.#reason)
  }

  /** Calls the listener when it ends early, at once if it has. There is one listener at a time: the step that is under way. */
  listen(listener: (reason: CallEndedError) => void): void {
    this.#listener = listener
    if (this.#reason) listener(this.#reason)
  }

  /** The step is over. */
  stopListening(): void {
    this.#listener = null
  }

  dispose(): void {
    this.#cancelTimer()
    this.#caller.removeEventListener('abort', this.#onCallerAbort)
  }

  /** The promise, or a rejection as soon as the scope ends. */
  race<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.listen(reject)
      promise.then(resolve, reject).finally(() => this.stopListening())
    })
  }
}
