import type { DurationStats } from '../../contracts/stats.ts'
import { DurationWindow } from './duration-window.ts'

const slotMs = 60_000
const slots = 5

/** How work of one type, or on one module, went in the last five minutes: waits, run times, and how many ended well or not. */
export class WorkWindow {
  readonly #waits = new DurationWindow()
  readonly #runs = new DurationWindow()
  readonly #ends = new Map<number, { completed: number; failed: number }>()

  waited(nowMs: number, durationMs: number): void {
    this.#waits.record(nowMs, durationMs)
  }

  ran(nowMs: number, durationMs: number): void {
    this.#runs.record(nowMs, durationMs)
  }

  ended(nowMs: number, isCompleted: boolean): void {
    const period = Math.floor(nowMs / slotMs)
    const counts = this.#ends.get(period) ?? { completed: 0, failed: 0 }
    counts[isCompleted ? 'completed' : 'failed']++
    this.#ends.set(period, counts)
    for (const known of this.#ends.keys()) if (known <= period - slots) this.#ends.delete(known)
  }

  stats(nowMs: number): { completed: number; failed: number; wait: DurationStats; run: DurationStats } {
    const oldest = Math.floor(nowMs / slotMs) - slots
    const recent = [...this.#ends].flatMap(([period, counts]) => (period > oldest ? [counts] : []))
    return {
      completed: recent.reduce((sum, { completed }) => sum + completed, 0),
      failed: recent.reduce((sum, { failed }) => sum + failed, 0),
      wait: this.#waits.stats(nowMs),
      run: this.#runs.stats(nowMs),
    }
  }
}
