import type { Clock } from '../shared/clock.ts'

/** So much of a second may be saved up: a job that waited does not make up for it in one burst. */
const savedSeconds = 0.5

/** How many may be done now so that no more than `perSecond` are done in a second. */
export class RateBudget {
  readonly #perSecond: number
  readonly #clock: Clock
  #saved = 1
  #readAt: number

  constructor(perSecond: number, clock: Clock) {
    this.#perSecond = perSecond
    this.#clock = clock
    this.#readAt = clock.now()
  }

  available(): number {
    const now = this.#clock.now()
    const earned = (Math.max(0, now - this.#readAt) / 1_000) * this.#perSecond
    this.#saved = Math.min(Math.max(1, this.#perSecond * savedSeconds), this.#saved + earned)
    this.#readAt = now
    return Math.floor(this.#saved)
  }

  spend(count: number): void {
    this.#saved -= count
  }
}
