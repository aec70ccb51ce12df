import type { Clock } from '../shared/clock.ts'

export interface CheckSchedulerOptions<Target> {
  clock: Clock
  /** At most this many checks run at once; the others wait their turn in the order they fell due. */
  maxConcurrent: number
  /** Does one check and answers after how many ms the next one is due. Must not reject. */
  check: (target: Target) => Promise<number>
}

interface Entry {
  dueAt: number
  cancel: () => void
  /** Set while a check waits for its turn or runs. */
  running: Promise<void> | null
}

/** Runs checks again and again, each target on its own rhythm, never two of one target at once. */
export class CheckScheduler<Target> {
  readonly #options: CheckSchedulerOptions<Target>
  readonly #entries = new Map<Target, Entry>()
  readonly #waiting: (() => void)[] = []
  #active = 0

  constructor(options: CheckSchedulerOptions<Target>) {
    this.#options = options
  }

  /** Has the target checked after `delayMs`, or at the time already planned when that is sooner. */
  schedule(target: Target, delayMs: number): void {
    const { clock } = this.#options
    const dueAt = clock.now() + delayMs
    const entry = this.#entries.get(target) ?? { dueAt: Number.POSITIVE_INFINITY, cancel: () => {}, running: null }
    this.#entries.set(target, entry)
    if (entry.running || entry.dueAt <= dueAt) return
    entry.cancel()
    entry.dueAt = dueAt
    entry.cancel = clock.setTimer(delayMs, () => void this.#run(target, entry))
  }

  /** Checks now, or joins the check that is under way; resolves when it ended. Also for targets that are not scheduled. */
  async checkNow(target: Target): Promise<void> {
    const entry = this.#entries.get(target)
    if (!entry) {
      await this.#inTurn(() => this.#options.check(target))
      return
    }
    entry.cancel()
    await this.#run(target, entry)
  }

  /** No more checks of this target; one under way ends by itself. */
  forget(target: Target): void {
    this.#entries.get(target)?.cancel()
    this.#entries.delete(target)
  }

  stop(): void {
    for (const target of this.#entries.keys()) this.forget(target)
  }

  #run(target: Target, entry: Entry): Promise<void> {
    entry.running ??= this.#inTurn(async () => (this.#isKept(target, entry) ? this.#options.check(target) : 0)).then(
      nextDelayMs => {
        entry.running = null
        entry.dueAt = Number.POSITIVE_INFINITY
        if (this.#isKept(target, entry)) this.schedule(target, nextDelayMs)
      },
    )
    return entry.running
  }

  /** False once it was forgotten, also while it waited for its turn. */
  #isKept(target: Target, entry: Entry): boolean {
    return this.#entries.get(target) === entry
  }

  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#active >= this.#options.maxConcurrent) await new Promise<void>(resolve => this.#waiting.push(resolve))
    else this.#active += 1
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#active -= 1
    }
  }
}
