import type { DurationStats } from '../../contracts/stats.ts'
import { LatencyHistogram } from '../shared/latency-histogram.ts'

const slotMs = 60_000
const slots = 5

/** Durations of the last five minutes in constant memory: count, mean and percentiles (within 6.25 %). */
export class DurationWindow {
  #current = 0
  readonly #histograms = Array.from({ length: slots }, () => new LatencyHistogram())
  readonly #sums = Array.from({ length: slots }, () => 0)

  record(nowMs: number, durationMs: number): void {
    const slot = this.#advance(nowMs)
    this.#histograms[slot]?.record(durationMs)
    this.#sums[slot] = (this.#sums[slot] ?? 0) + Math.max(0, durationMs)
  }

  stats(nowMs: number): DurationStats {
    this.#advance(nowMs)
    const all = new LatencyHistogram()
    for (const histogram of this.#histograms) all.merge(histogram)
    const count = all.total
    return {
      count,
      meanMs: count === 0 ? null : this.#sums.reduce((sum, value) => sum + value, 0) / count,
      p50Ms: all.percentile(0.5),
      p95Ms: all.percentile(0.95),
      p99Ms: all.percentile(0.99),
    }
  }

  /** Clears the slots that time has left behind; answers the present one. */
  #advance(nowMs: number): number {
    const period = Math.floor(nowMs / slotMs)
    const passed = Math.min(slots, period - this.#current)
    for (let step = 0; step < passed; step++) {
      const slot = (period - step) % slots
      this.#histograms[slot]?.clear()
      this.#sums[slot] = 0
    }
    if (period > this.#current) this.#current = period
    return this.#current % slots
  }
}
