import type { Clock } from '../shared/clock.ts'

/** So long after a failed claim it may yet turn out to have been committed: longer than any statement may run. */
const lastsMs = 15_000
const lookEveryMs = 1_000

/** For some time after a claim whose answer was lost, it may have claimed all the same: then what is held has to be looked up. */
export class ClaimDoubt {
  readonly #clock: Clock
  #until = Number.NEGATIVE_INFINITY
  #nextLookAt = Number.POSITIVE_INFINITY

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** A claim failed. */
  begin(): void {
    this.#nextLookAt = this.#clock.now()
    this.#until = this.#nextLookAt + lastsMs
  }

  /** Whether there is a look still to come. */
  get isOpen(): boolean {
    return this.#nextLookAt <= this.#until
  }

  /** Whether to look now; the next time is a second later. */
  takeLook(): boolean {
    const now = this.#clock.now()
    if (!this.isOpen || now < this.#nextLookAt) return false
    this.#nextLookAt = now + lookEveryMs
    return true
  }
}
