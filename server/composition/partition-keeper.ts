import type { Pool } from 'pg'
import type { Clock } from '../core/shared/clock.ts'
import type { Logger } from '../core/shared/logger.ts'
import { forgetOldChanges } from '../persistence/sql/breakers/breaker-changes.ts'
import { forgetOldJobs } from '../persistence/sql/dead-letters/forget-jobs.ts'
import { forgetOldReplicas } from '../persistence/sql/replicas/forget-old-replicas.ts'
import { forgetOldKeys } from '../persistence/sql/tasks/forget-old-keys.ts'
import { forgetTimeHistory } from '../persistence/sql/tasks/forget-time-history.ts'
import { dropOldPartitions, ensurePartitions } from '../persistence/sql/tasks/partitions.ts'

const daysAhead = 3
const retentionDays = 30
const idempotencyDays = 7
/** How long a replica that runs no more is shown. */
const replicaDays = 3
const everyMs = 3_600_000
const dayMs = 86_400_000

/** Keeps history within its retention: makes the daily partitions in time, drops old ones, forgets old idempotency keys. */
export class PartitionKeeper {
  readonly #pool: Pool
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #isKeeper: () => boolean
  #cancel: (() => void) | null = null

  /** `isKeeper` says whether keeping is this replica's duty now. */
  constructor(options: { pool: Pool; clock: Clock; logger: Logger; isKeeper: () => boolean }) {
    this.#pool = options.pool
    this.#clock = options.clock
    this.#logger = options.logger
    this.#isKeeper = options.isKeeper
  }

  /** Resolves when there are partitions for today. */
  async start(): Promise<void> {
    await ensurePartitions(this.#pool, this.#clock.now(), daysAhead)
    this.#schedule()
  }

  stop(): void {
    this.#cancel?.()
  }

  #schedule(): void {
    this.#cancel = this.#clock.setTimer(everyMs, () => {
      this.#keep()
        .catch(error => this.#logger.warn({ error }, 'history partitions could not be kept; trying again in an hour'))
        .finally(() => this.#schedule())
    })
  }

  async #keep(): Promise<void> {
    if (!this.#isKeeper()) return
    const now = this.#clock.now()
    await ensurePartitions(this.#pool, now, daysAhead)
    const dropped = await dropOldPartitions(this.#pool, now - retentionDays * dayMs)
    await forgetOldKeys(this.#pool, idempotencyDays)
    await forgetOldReplicas(this.#pool, replicaDays)
    await forgetOldJobs(this.#pool, retentionDays)
    await forgetTimeHistory(this.#pool, retentionDays)
    await forgetOldChanges(this.#pool, retentionDays)
    if (dropped.length > 0) this.#logger.info({ dropped }, 'history beyond its retention was dropped')
  }
}
