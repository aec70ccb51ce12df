import type { Clock } from './clock.ts'
import { QuarterdeckError } from './errors.ts'

/** So many calls of one caller within a window of time, counted on this replica. */
export class CallQuota {
  readonly #options: { clock: Clock; calls: number; windowMs: number }
  readonly #recent = new Map<string, number[]>()

  constructor(options: { clock: Clock; calls: number; windowMs: number }) {
    this.#options = options
  }

  /** Counts a call. Throws RATE_LIMITED with `details.retryAfterMs` when the caller has made as many as it may. */
  spend(caller: string): void {
    const { clock, calls, windowMs } = this.#options
    const now = clock.now()
    for (const [key, times] of this.#recent) if ((times.at(-1) ?? 0) <= now - windowMs) this.#recent.delete(key)
    const recent = (this.#recent.get(caller) ?? []).filter(at => at > now - windowMs)
    if (recent.length >= calls) {
      const retryAfterMs = recent[0]! + windowMs - now
      throw new QuarterdeckError('RATE_LIMITED', {
        message: `That was done ${calls} times within ${windowMs / 1_000} s, which is the most.`,
        action: `Try again in ${Math.ceil(retryAfterMs / 1_000)} s.`,
        retryable: true,
        details: { retryAfterMs },
      })
    }
    this.#recent.set(caller, [...recent, now])
  }
}
