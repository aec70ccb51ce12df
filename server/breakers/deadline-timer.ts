import type { Clock } from '../core/shared/clock.ts'

/** The longest wait a Node timer takes; a longer one would fire at once. */
const longestWaitMs = 2 ** 31 - 1

/**
 * One timer for the earliest of many deadlines. `onDue` runs when it has passed (or, for one further than 24 days away, a
 * first time before) and gives the next one, null for none.
 */
export class DeadlineTimer {
  readonly #clock: Clock
  readonly #onDue: () => number | null
  #isStarted = false
  #armedFor = Number.POSITIVE_INFINITY
  #cancel: (() => void) | null = null

  constructor(clock: Clock, onDue: () => number | null) {
    this.#clock = clock
    this.#onDue = onDue
  }

  start(): void {
    if (this.#isStarted) return
    this.#isStarted = true
    this.#fire()
  }

  stop(): void {
    this.#isStarted = false
    this.#disarm()
  }

  /** Makes sure that it fires by then; milliseconds since the epoch. */
  wakeBy(deadline: number): void {
    if (!this.#isStarted || deadline >= this.#armedFor) return
    this.#disarm()
    this.#armedFor = deadline
    // A timer may fire a little early by the wall clock; at least 1 ms keeps that from becoming a busy loop.
    const waitMs = Math.min(longestWaitMs, Math.max(1, deadline - this.#clock.now()))
    this.#cancel = this.#clock.setTimer(waitMs, () => this.#fire())
  }

  #fire(): void {
    this.#disarm()
    const next = this.#onDue()
    if (next !== null) this.wakeBy(next)
  }

  #disarm(): void {
    this.#cancel?.()
    this.#cancel = null
    this.#armedFor = Number.POSITIVE_INFINITY
  }
}
