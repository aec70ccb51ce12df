import type { Clock } from '../shared/clock.ts'
import type { Logger } from '../shared/logger.ts'
import type { ReclaimedTask, TaskStore } from './task-store.ts'

export interface UpkeepOptions {
  store: TaskStore
  /** Says that this replica lives; by the database's clock. */
  heartbeat: () => Promise<void>
  clock: Clock
  logger: Logger
  replicaId: string
  onPromoted: (laneIds: readonly number[]) => void
  onReclaimed: (tasks: readonly ReclaimedTask[]) => void
  onExpired: (count: number) => void
}

const heartbeatMs = 1_000
/** A replica that was silent for this long is dead; its work is taken over within the next reclaim. */
const deadAfterMs = 5_000
const reclaimMs = 2_000
const expireMs = 1_000
const promoteMaxMs = 1_000
const promoteMinMs = 10
const batch = 500

/** What keeps the queue moving beside dispatch: heartbeats, due tasks, passed deadlines, and the work of dead replicas. */
export class Upkeep {
  readonly #options: UpkeepOptions
  readonly #cancels = new Map<string, () => void>()
  readonly #dueAt = new Map<string, number>()
  #stopped = false
  /** When the last heartbeat was written, in ms since the epoch. */
  lastHeartbeatAt = 0

  constructor(options: UpkeepOptions) {
    this.#options = options
  }

  /** Takes back what this replica held when it last died, then starts all duties. */
  async start(): Promise<void> {
    const { store, replicaId, heartbeat, clock } = this.#options
    await heartbeat()
    this.lastHeartbeatAt = clock.now()
    let reclaimed: ReclaimedTask[]
    do {
      reclaimed = await store.reclaim(deadAfterMs, replicaId)
      if (reclaimed.length > 0) this.#options.onReclaimed(reclaimed)
    } while (reclaimed.length > 0)
    this.#repeat('heartbeat', heartbeatMs, () => this.#beat())
    this.#repeat('promote', promoteMinMs, () => this.#promote())
    this.#repeat('expire', expireMs, () => this.#expire())
    this.#repeat('reclaim', reclaimMs, () => this.#reclaim())
  }

  stop(): void {
    this.#stopped = true
    for (const cancel of this.#cancels.values()) cancel()
  }

  /** Something new waits for a time to come: look again when it does, at the latest. */
  expectDueIn(delayMs: number): void {
    const soonestMs = Math.max(promoteMinMs, delayMs)
    if (this.#stopped || this.#options.clock.now() + soonestMs >= (this.#dueAt.get('promote') ?? 0)) return
    this.#schedule('promote', soonestMs, () => this.#promote(), promoteMaxMs)
  }

  async #beat(): Promise<void> {
    await this.#options.heartbeat()
    this.lastHeartbeatAt = this.#options.clock.now()
  }

  async #promote(): Promise<number> {
    const { promoted, lanes, nextDueAt } = await this.#options.store.promoteDue(batch)
    if (promoted > 0) this.#options.onPromoted(lanes)
    if (promoted >= batch) return promoteMinMs
    if (nextDueAt === null) return promoteMaxMs
    return Math.min(promoteMaxMs, Math.max(promoteMinMs, nextDueAt - this.#options.clock.now()))
  }

  async #expire(): Promise<void> {
    let expired: number
    do {
      expired = await this.#options.store.expireOverdue(batch, this.#options.replicaId)
      if (expired > 0) this.#options.onExpired(expired)
    } while (expired >= batch && !this.#stopped)
  }

  async #reclaim(): Promise<void> {
    const reclaimed = await this.#options.store.reclaim(deadAfterMs, null)
    if (reclaimed.length > 0) this.#options.onReclaimed(reclaimed)
  }

  /** Runs a duty again and again; it may say itself how long to wait, and a failure only delays it. */
  #repeat(name: string, everyMs: number, duty: () => Promise<number | void>): void {
    this.#schedule(name, everyMs, duty, everyMs)
  }

  #schedule(name: string, delayMs: number, duty: () => Promise<number | void>, everyMs: number): void {
    this.#cancels.get(name)?.()
    this.#dueAt.set(name, this.#options.clock.now() + delayMs)
    const run = async () => {
      let nextMs: number = everyMs
      try {
        nextMs = (await duty()) ?? everyMs
      } catch (error) {
        this.#options.logger.warn({ error, duty: name }, 'a duty of the queue failed; trying again')
      }
      if (!this.#stopped) this.#schedule(name, nextMs, duty, everyMs)
    }
    this.#cancels.set(
      name,
      this.#options.clock.setTimer(delayMs, () => void run()),
    )
  }
}
