import type { LeaseEnd, TaskStore } from '../queue/task-store.ts'
import { hotGapMs } from '../shared/batch-pace.ts'
import { Batcher } from '../shared/batcher.ts'
import { type Clock, delay } from '../shared/clock.ts'
import type { Logger } from '../shared/logger.ts'
import type { RecoveryWatch } from '../shared/recovery-watch.ts'

export interface LeaseFinisherOptions {
  store: TaskStore
  clock: Clock
  logger: Logger
  replicaId: string
  recovery: RecoveryWatch
  /** Told when a lease ended for good or went back, after the commit. */
  onEnded: (end: LeaseEnd) => void
  /** Told when nothing more becomes of a lease here: its end is written, was too late, or is given up. Must not throw. */
  onSettled: (end: LeaseEnd) => void
  /** Events were committed: have them delivered. */
  onCommitted: () => void
}

const batchSize = 256
const batchDelayMs = 1
/** The database works on one batch while this process makes the next: two at once end about 40 % more than one. */
const concurrentBatches = 2
const retryMs = 500

/**
 * Writes how leases end, many at a time, and keeps trying while the database is away: a lease stays ours until somebody took
 * it over, and then nothing is written.
 */
export class LeaseFinisher {
  readonly #options: LeaseFinisherOptions
  readonly #batcher: Batcher<LeaseEnd, boolean>
  #isAbandoned = false
  /** Ends that came too late: the lease had been taken over, or an earlier try was committed without its answer arriving. */
  stale = 0

  constructor(options: LeaseFinisherOptions) {
    this.#options = options
    this.#batcher = new Batcher({
      clock: options.clock,
      maxDelayMs: batchDelayMs,
      gapMs: hotGapMs,
      maxSize: batchSize,
      maxConcurrent: concurrentBatches,
      write: ends =>
        options.store.finish(ends, options.replicaId).then(counted => {
          options.onCommitted()
          return counted
        }),
    })
  }

  /** `onSettled` is told once it is written, or given up. Never rejects. */
  async finish(end: LeaseEnd): Promise<void> {
    const { clock, logger, recovery } = this.#options
    while (!this.#isAbandoned) {
      try {
        const isCounted = await this.#batcher.add(end)
        recovery.succeeded('finish')
        if (isCounted) this.#tell(end)
        else this.stale++
        break
      } catch (error) {
        recovery.failed({ area: 'finish', code: 'DATABASE_UNAVAILABLE' })
        logger.warn({ error, taskId: end.task.id }, 'an outcome could not be written yet; trying again')
        await delay(clock, retryMs)
      }
    }
    this.#options.onSettled(end)
  }

  /** Tries no more; leases that are left are taken back by the next start of this replica, or by another one. */
  abandon(): void {
    this.#isAbandoned = true
  }

  #tell(end: LeaseEnd): void {
    try {
      this.#options.onEnded(end)
    } catch (error) {
      this.#options.logger.error({ error, taskId: end.task.id }, 'a listener of ended leases failed')
    }
  }
}
