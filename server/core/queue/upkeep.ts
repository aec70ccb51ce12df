import { deadAfterMs } from '../replicas/membership.ts'
import type { Clock } from '../shared/clock.ts'
import type { Logger } from '../shared/logger.ts'
import { type RecoveryWatch, recoveryGapMs } from '../shared/recovery-watch.ts'
import { Duty } from './duty.ts'
import type { ReclaimedTask, TaskStore } from './task-store.ts'

export interface UpkeepOptions {
  store: TaskStore
  /** Says that this replica lives; by the database's clock. */
  heartbeat: () => Promise<void>
  /** Marks other replicas that have been silent for too long, before their work is taken back. */
  declareLost: () => Promise<void>
  /** Whether ending tasks whose deadline has passed is this replica's duty now: one look is enough for all. */
  endsOverdue: () => boolean
  /** The same for looking through blocked tasks. */
  checksBlocked: () => boolean
  clock: Clock
  logger: Logger
  replicaId: string
  recovery: Pick<RecoveryWatch, 'failed' | 'succeeded'>
  onPromoted: (laneIds: readonly number[]) => void
  onReclaimed: (tasks: readonly ReclaimedTask[]) => void
  onExpired: (count: number) => void
  /** Told of blocked tasks that nothing would have moved any more, after they were put right. */
  onRepaired: (tasks: readonly { tenantId: string; id: string }[]) => void
}

const heartbeatMs = 1_000
const reclaimMs = 2_000
const expireMs = 1_000
const checkBlockedMs = 30_000
const promoteMaxMs = 1_000
const promoteMinMs = 10
const batch = 500

/**
 * What keeps the queue moving beside dispatch: heartbeats, due tasks, passed deadlines, the work of dead replicas, and blocked
 * tasks that would wait for ever.
 */
export class Upkeep {
  readonly #options: UpkeepOptions
  readonly #promoting: Duty
  readonly #beating: Duty
  readonly #reclaiming: Duty
  readonly #duties: readonly { duty: Duty; firstInMs: number }[]
  /** Since when heartbeats have come without a gap that looks like death, in ms since the epoch. */
  #beatingSince = 0
  #isStopped = false
  /** When the last heartbeat was written, in ms since the epoch. */
  lastHeartbeatAt = 0

  constructor(options: UpkeepOptions) {
    this.#options = options
    const { clock, logger } = options
    const duty = (name: string, retryMs: number, run: () => Promise<number>) =>
      new Duty({ name, clock, logger, run: () => this.#watched(name, run), retryMs })
    this.#promoting = duty('promote', promoteMaxMs, () => this.#promote())
    this.#beating = duty('heartbeat', heartbeatMs, () => this.#beat())
    this.#reclaiming = duty('reclaim', recoveryGapMs, () => this.#reclaim())
    this.#duties = [
      { duty: this.#beating, firstInMs: heartbeatMs },
      { duty: this.#promoting, firstInMs: promoteMinMs },
      { duty: duty('expire', expireMs, () => this.#expire()), firstInMs: expireMs },
      { duty: duty('check blocked', checkBlockedMs, () => this.#checkBlocked()), firstInMs: checkBlockedMs },
      { duty: this.#reclaiming, firstInMs: reclaimMs },
    ]
  }

  /** Takes back what this replica held when it last died, then starts all duties. */
  async start(): Promise<void> {
    const { store, replicaId } = this.#options
    await this.#beat()
    let reclaimed: ReclaimedTask[]
    do {
      reclaimed = await store.reclaim(deadAfterMs, replicaId)
      if (reclaimed.length > 0) this.#options.onReclaimed(reclaimed)
    } while (reclaimed.length > 0)
    for (const { duty, firstInMs } of this.#duties) duty.start(firstInMs)
  }

  /** Resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await Promise.all(this.#duties.map(({ duty }) => duty.stop()))
  }

  /** Something new waits for a time to come: look again when it does, at the latest. */
  expectDueIn(delayMs: number): void {
    this.#promoting.runWithin(Math.max(promoteMinMs, delayMs))
  }

  /** Something was heard that a heartbeat tells more of. */
  beatSoon(): void {
    this.#beating.runWithin(0)
  }

  /** A replica stopped: what it left behind can be taken now. */
  reclaimSoon(): void {
    this.#reclaiming.runWithin(0)
  }

  async #watched(area: string, run: () => Promise<number>): Promise<number> {
    try {
      const nextInMs = await run()
      this.#options.recovery.succeeded(area)
      return nextInMs
    } catch (error) {
      this.#options.recovery.failed({ area, code: 'DATABASE_UNAVAILABLE' })
      throw error
    }
  }

  async #beat(): Promise<number> {
    await this.#options.heartbeat()
    const now = this.#options.clock.now()
    const silentMs = now - this.lastHeartbeatAt
    if (silentMs > deadAfterMs || silentMs < 0) this.#beatingSince = now
    this.lastHeartbeatAt = now
    return heartbeatMs
  }

  async #promote(): Promise<number> {
    const { promoted, lanes, nextDueInMs } = await this.#options.store.promoteDue(batch)
    if (promoted > 0) this.#options.onPromoted(lanes)
    if (promoted >= batch) return promoteMinMs
    return Math.min(promoteMaxMs, Math.max(promoteMinMs, nextDueInMs ?? promoteMaxMs))
  }

  async #expire(): Promise<number> {
    if (!this.#options.endsOverdue()) return expireMs
    let expired: number
    do {
      expired = await this.#options.store.expireOverdue(batch, this.#options.replicaId)
      if (expired > 0) this.#options.onExpired(expired)
    } while (expired >= batch && !this.#isStopped)
    return expireMs
  }

  /** Every end of a task moves what waits for it; this finds what was left behind by a fault, page by page. */
  async #checkBlocked(): Promise<number> {
    let afterId: string | null = null
    do {
      if (!this.#options.checksBlocked()) break
      const { repaired, lastId } = await this.#options.store.repairBlocked(afterId, batch)
      if (repaired.length > 0) this.#options.onRepaired(repaired)
      afterId = lastId
    } while (afterId !== null && !this.#isStopped)
    return checkBlockedMs
  }

  /**
   * Judges others only after beating without a gap for as long as they may be silent: when the database was away, or this
   * process was frozen, every heartbeat is old (its own too) and nobody is dead.
   */
  async #reclaim(): Promise<number> {
    await this.#beat()
    if (this.#options.clock.now() - this.#beatingSince < deadAfterMs) return reclaimMs
    await this.#options.declareLost()
    const reclaimed = await this.#options.store.reclaim(deadAfterMs, null)
    if (reclaimed.length > 0) this.#options.onReclaimed(reclaimed)
    return reclaimMs
  }
}
