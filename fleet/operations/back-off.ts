import { setTimeout as delay } from 'node:timers/promises'

const firstMs = 250
const longestMs = 10_000

/**
 * One pause for all who call the same service: it doubles with each refusal up to ten seconds, with jitter, and ends with the
 * first success. Refusals of calls that were already under way when the pause began do not lengthen it.
 */
export class BackOff {
  #untilMs = 0
  #refusals = 0

  /** Resolves when calling is in order again; rejects when `signal` aborts. */
  async wait(signal: AbortSignal): Promise<void> {
    for (let leftMs = this.#untilMs - Date.now(); leftMs > 0; leftMs = this.#untilMs - Date.now()) {
      await delay(leftMs, undefined, { signal })
    }
  }

  /** `retryAfterMs` is what the service asked for, null when it did not say. */
  refused(retryAfterMs: number | null): void {
    const now = Date.now()
    if (now < this.#untilMs) return
    const ceilingMs = Math.min(firstMs * 2 ** this.#refusals, longestMs)
    this.#refusals = Math.min(this.#refusals + 1, 16)
    this.#untilMs = now + Math.max(retryAfterMs ?? 0, ceilingMs / 2 + (Math.random() * ceilingMs) / 2)
  }

  succeeded(): void {
    this.#refusals = 0
  }
}
