import type { Clock } from '../shared/clock.ts'
import { QuarterdeckError } from '../shared/errors.ts'

const refreshMs = 1_000
const shedFrom = 0.9
const retryAfterMs = 2_000

/**
 * Lets new work in while there is room. From 90 % of capacity the lowest priorities are refused first, one number for each
 * further percent (10 at 90 %, 10 and 9 at 91 %, ... 3 and above at 97 %); numbers 1 and 2 get in up to the capacity itself.
 * The count is read from the store once a second and kept in between from what this replica accepts and ends.
 */
export class Admission {
  readonly #capacity: number
  readonly #clock: Clock
  readonly #count: () => Promise<number>
  #live = 0
  #cancelTimer: (() => void) | null = null
  #isStopped = false
  shed = 0

  constructor(options: { capacity: number; clock: Clock; count: () => Promise<number> }) {
    this.#capacity = options.capacity
    this.#clock = options.clock
    this.#count = options.count
  }

  get capacity(): number {
    return this.#capacity
  }

  /** Share of the capacity in use. */
  get fill(): number {
    return this.#live / this.#capacity
  }

  async start(): Promise<void> {
    this.#live = await this.#count()
    this.#schedule()
  }

  stop(): void {
    this.#isStopped = true
    this.#cancelTimer?.()
  }

  /** Throws QUEUE_FULL when a task of this priority is not let in now. */
  admit(priority: number): void {
    if (this.#live < this.#capacity && priority <= this.#lowestAdmitted()) {
      this.#live++
      return
    }
    this.shed++
    throw new QuarterdeckError('QUEUE_FULL', {
      message:
        this.#live < this.#capacity
          ? `The queue is ${Math.floor(this.fill * 100)} % full; work of priority ${priority} is not taken now.`
          : 'The queue is full.',
      action: 'Try again later; urgent work (priority 1 or 2) is taken while there is any room.',
      details: { retryAfterMs, retryAfterSeconds: retryAfterMs / 1_000, capacity: this.#capacity },
      retryable: true,
    })
  }

  /** So many tasks left the queue, or were let in and then not accepted. */
  released(count = 1): void {
    this.#live = Math.max(0, this.#live - count)
  }

  #lowestAdmitted(): number {
    if (this.fill < shedFrom) return 10
    return Math.max(2, 9 - Math.floor((this.fill - shedFrom) * 100 + 1e-9))
  }

  #schedule(): void {
    if (this.#isStopped) return
    this.#cancelTimer = this.#clock.setTimer(refreshMs, () => {
      this.#count()
        .then(count => {
          this.#live = count
        })
        .catch(() => {})
        .finally(() => this.#schedule())
    })
  }
}
