import type { Clock } from '../shared/clock.ts'
import type { Logger } from '../shared/logger.ts'

export interface DutyOptions {
  name: string
  clock: Clock
  logger: Logger
  /** Answers in how many milliseconds it is due again. */
  run: () => Promise<number>
  /** A run that failed is repeated after this long. */
  retryMs: number
}

/** Something that is done again and again, never twice at a time; a failure only delays it. */
export class Duty {
  readonly #options: DutyOptions
  #state: 'stopped' | 'waiting' | 'running' = 'stopped'
  #dueAt = Number.POSITIVE_INFINITY
  #cancelTimer: (() => void) | null = null
  #underWay: Promise<void> = Promise.resolve()

  constructor(options: DutyOptions) {
    this.#options = options
  }

  start(firstInMs: number): void {
    this.#state = 'waiting'
    this.runWithin(firstInMs)
  }

  /** Begins no other run; resolves when the one that is under way has ended. */
  stop(): Promise<void> {
    this.#state = 'stopped'
    this.#cancelTimer?.()
    return this.#underWay
  }

  /** Runs after this long at the latest; one that is under way does not count, since it may have looked already. */
  runWithin(delayMs: number): void {
    const dueAt = this.#options.clock.now() + delayMs
    if (this.#state === 'stopped' || dueAt >= this.#dueAt) return
    this.#dueAt = dueAt
    if (this.#state === 'running') return
    this.#cancelTimer?.()
    this.#cancelTimer = this.#options.clock.setTimer(delayMs, () => {
      this.#underWay = this.#run()
    })
  }

  async #run(): Promise<void> {
    const { name, clock, logger, run, retryMs } = this.#options
    this.#state = 'running'
    this.#dueAt = Number.POSITIVE_INFINITY
    let nextInMs = retryMs
    try {
      nextInMs = await run()
    } catch (error) {
      logger.warn({ error, duty: name }, 'a duty of the queue failed; trying again')
    }
    if (this.#isStopped()) return
    this.#state = 'waiting'
    const askedInMs = Math.max(0, this.#dueAt - clock.now())
    this.#dueAt = Number.POSITIVE_INFINITY
    this.runWithin(Math.min(nextInMs, askedInMs))
  }

  #isStopped(): boolean {
    return this.#state === 'stopped'
  }
}
