import type { WorkStats } from '../../contracts/stats.ts'
import { DurationWindow } from './duration-window.ts'

const slotMs = 10_000
const slots = 30

/** How work of one type, or on one module, went in the last five minutes: waits, run times, and what ended when, well or not. */
export class WorkWindow {
  readonly #waits = new DurationWindow()
  readonly #runs = new DurationWindow()
  readonly #completed = new Uint32Array(slots)
  readonly #failed = new Uint32Array(slots)
  #current = 0

  waited(nowMs: number, durationMs: number): void {
    this.#waits.record(nowMs, durationMs)
  }

  ran(nowMs: number, durationMs: number): void {
    this.#runs.record(nowMs, durationMs)
  }

  ended(nowMs: number, isCompleted: boolean): void {
    const slot = this.#advance(nowMs)
    const counts = isCompleted ? this.#completed : this.#failed
    counts[slot] = (counts[slot] ?? 0) + 1
  }

  stats(nowMs: number): WorkStats {
    const newest = this.#advance(nowMs)
    return {
      completed: sum(this.#completed),
      failed: sum(this.#failed),
      endedPer10s: Array.from({ length: slots }, (_, index) => {
        const slot = (newest + 1 + index) % slots
        return (this.#completed[slot] ?? 0) + (this.#failed[slot] ?? 0)
      }),
      wait: this.#waits.stats(nowMs),
      run: this.#runs.stats(nowMs),
    }
  }

  /** Clears the slots that time has left behind; answers the present one. */
  #advance(nowMs: number): number {
    const period = Math.floor(nowMs / slotMs)
    const passed = Math.min(slots, period - this.#current)
    for (let step = 0; step < passed; step++) {
      const slot = (period - step) % slots
      this.#completed[slot] = 0
      this.#failed[slot] = 0
    }
    if (period > this.#current) this.#current = period
    return this.#current % slots
  }
}

function sum(counts: Uint32Array): number {
  return counts.reduce((total, count) => total + count, 0)
}
