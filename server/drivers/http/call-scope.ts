import type { Clock } from '#server/core/shared/clock.ts'

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
 * The life of one call: its signal aborts with a CallEndedError when the caller's does, when the ceiling (ms) has passed,
 * or when the driver closes. `dispose` must be called when the call is over; it leaves no timer and no listener behind.
 */
export class CallScope {
  readonly #controller = new AbortController()
  readonly #caller: AbortSignal
  readonly #cancelTimer: () => void
  readonly #onCallerAbort = () => this.end('cancelled')

  constructor(clock: Clock, caller: AbortSignal, ceilingMs: number) {
    this.#caller = caller
    this.#cancelTimer = clock.setTimer(ceilingMs, () => this.end('ceiling'))
    if (caller.aborted) this.end('cancelled')
    else caller.addEventListener('abort', this.#onCallerAbort, { once: true })
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  end(cause: EndCause): void {
    this.#controller.abort(new CallEndedError(cause))
  }

  dispose(): void {
    this.#cancelTimer()
    this.#caller.removeEventListener('abort', this.#onCallerAbort)
  }

  /**
   * The promise, or a rejection as soon as the scope ends. undici by itself notices an abort only once the connection is
   * there, so that a connection attempt that hangs would hold the caller.
   */
  race<T>(promise: Promise<T>): Promise<T> {
    const { signal } = this
    return new Promise((resolve, reject) => {
      const onAbort = () => reject(signal.reason)
      if (signal.aborted) onAbort()
      else signal.addEventListener('abort', onAbort, { once: true })
      promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
    })
  }
}
