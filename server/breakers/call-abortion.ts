import { type StopSignal, StopSwitch } from '../core/shared/stop-switch.ts'

/**
 * What aborts one guarded call: its time-out, or whoever asked for it. One per call, since a signal that many calls share
 * ends all of them at the first time-out.
 */
export class CallAbortion {
  readonly #switch = new StopSwitch()
  readonly #source: StopSignal | undefined
  readonly #cancel = () => this.#switch.abort(this.#source?.reason)

  constructor(source: StopSignal | undefined) {
    this.#source = source
    if (source === undefined) return
    if (source.aborted) this.#cancel()
    else source.addEventListener('abort', this.#cancel, { once: true })
  }

  get signal(): StopSignal {
    return this.#switch
  }

  /** Whether the caller gave up, be it before the time-out or after. */
  get isCancelled(): boolean {
    return this.#source?.aborted ?? false
  }

  timeOut(limitMs: number): void {
    this.#switch.abort(new DOMException(`No answer within ${limitMs} ms`, 'TimeoutError'))
  }

  /** Stops listening to the caller's signal, which may live much longer than the call. */
  release(): void {
    this.#source?.removeEventListener('abort', this.#cancel)
  }
}
