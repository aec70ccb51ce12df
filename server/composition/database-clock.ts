import type { Clock } from '../core/shared/clock.ts'
import { systemClock } from './system-clock.ts'

/** Below this a difference is noise of the way to the database and back. */
const leastCorrectionMs = 5

/**
 * Time as the database tells it, so that all replicas agree on deadlines, order and ages however their machines' clocks go.
 * It runs on the machine's monotonic clock, which nobody sets, and is put right with each answer that says more than the
 * uncertainty of its way here. Until the first answer it shows the machine's own time.
 */
export class DatabaseClock implements Clock {
  readonly #monotonic: () => number
  readonly #wall: () => number
  /** Time of the epoch when the monotonic clock was at zero. */
  #zeroAt: number

  constructor(monotonic: () => number = () => performance.now(), wall: () => number = Date.now) {
    this.#monotonic = monotonic
    this.#wall = wall
    this.#zeroAt = wall() - monotonic()
  }

  /** Whole milliseconds since the epoch. */
  now(): number {
    return Math.floor(this.#zeroAt + this.#monotonic())
  }

  setTimer(delayMs: number, callback: () => void): () => void {
    return systemClock.setTimer(delayMs, callback)
  }

  /** How far the machine's own clock is ahead, in ms. */
  get offsetMs(): number {
    return Math.round(this.#wall() - this.#zeroAt - this.#monotonic())
  }

  /** The database said that it was `databaseMs` at some moment of the last `roundTripMs`. */
  learn(databaseMs: number, roundTripMs: number): void {
    const uncertaintyMs = roundTripMs / 2
    const difference = databaseMs + uncertaintyMs - (this.#zeroAt + this.#monotonic())
    if (Math.abs(difference) > uncertaintyMs + leastCorrectionMs) this.#zeroAt += difference
  }
}
