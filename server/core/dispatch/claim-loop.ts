import type { LaneDirectory } from '../queue/lane-directory.ts'
import type { PauseBoard } from '../queue/pause-board.ts'
import type { ClaimedTask, TaskStore } from '../queue/task-store.ts'
import type { TaskRouter } from '../routing/task-router.ts'
import { BatchPace, hotGapMs } from '../shared/batch-pace.ts'
import { type Clock, delay } from '../shared/clock.ts'
import type { Logger } from '../shared/logger.ts'
import type { RecoveryWatch } from '../shared/recovery-watch.ts'
import { ClaimDoubt } from './claim-doubt.ts'
import type { ClaimPlanner, OpenLane } from './claim-planner.ts'

export interface ClaimLoopOptions {
  store: Pick<TaskStore, 'claim' | 'leased'>
  lanes: LaneDirectory
  router: Pick<TaskRouter, 'freeSlots'>
  pauses: Pick<PauseBoard, 'holds'>
  clock: Clock
  logger: Logger
  replicaId: string
  recovery: RecoveryWatch
  /** Calls in flight at most. */
  concurrency: number
  /** Whether this replica may take on work now; one that others may count dead may not. */
  mayClaim: () => boolean
}

/** Who runs what is claimed. */
export interface ClaimStage {
  planner: ClaimPlanner
  /** Calls in flight. */
  running: () => number
  /** Leases that this replica knows it holds. */
  heldLeases: () => number[]
  /** Lanes of claimed tasks that have not found a slot yet; null when there are none. */
  parkedLanes: () => ReadonlySet<number> | null
  startParked: () => void
  /** Slots are about to be given away: look whether urgent work needs one that is taken. */
  considerUrgent: () => void
  /** Of lanes that have slots, those that come before all others. */
  firstOf: (open: OpenLane[]) => OpenLane[]
  /** Whether an insert is under way that may lease tasks too. */
  isInsertPending: () => boolean
  take: (claimed: readonly ClaimedTask[]) => void
}

const claimBatch = 256
/** Lanes are looked at anew this often, whatever was heard of them: catches what other replicas submitted. */
const pollMs = 1_000
const storeRetryMs = 500

/** Claims what there is room for, whenever there may be something: one claim at a time, in one order over all lanes. */
export class ClaimLoop {
  readonly #options: ClaimLoopOptions
  readonly #stage: ClaimStage
  /** Lanes that may hold ready tasks; a lane leaves when a claim found fewer than it had room for. */
  readonly #hot = new Set<number>()
  readonly #pace: BatchPace
  readonly #doubt: ClaimDoubt
  #isRunning = false
  #isPumping = false
  #pumpAgain = false
  #isClaiming = false
  #cancelPoll: (() => void) | null = null
  #cancelRetry: (() => void) | null = null

  constructor(options: ClaimLoopOptions, stage: ClaimStage) {
    this.#options = options
    this.#stage = stage
    this.#pace = new BatchPace(options.clock, hotGapMs)
    this.#doubt = new ClaimDoubt(options.clock)
  }

  start(): void {
    this.#isRunning = true
    this.#poll()
    this.wakeAll()
  }

  /** Resolves when no claim, and no insert that may lease, is under way any more. */
  async stop(): Promise<void> {
    this.#isRunning = false
    this.#cancelPoll?.()
    this.#cancelRetry?.()
    while (this.#isPumping || this.#stage.isInsertPending()) await delay(this.#options.clock, 1)
  }

  /** Lanes that may hold ready tasks. */
  get hot(): Iterable<number> {
    return this.#hot
  }

  /** These lanes may hold ready tasks now. */
  wake(laneIds: Iterable<number>): void {
    for (const laneId of laneIds) this.#hot.add(laneId)
    void this.#pump()
  }

  /** Any lane may have become runnable: a module was enabled, a breaker closed, capacity was added. */
  wakeAll(): void {
    for (const lane of this.#options.lanes.all()) this.#hot.add(lane.id)
    void this.#pump()
  }

  /** Goes on with what waits. Mostly nothing does, and a turn of the pump for nothing was a tenth of a task's promises. */
  slotFreed(): void {
    const isWaitedFor = this.#hot.size > 0 || this.#stage.parkedLanes() !== null || this.#doubt.isOpen
    if (isWaitedFor || this.#isPumping) void this.#pump()
  }

  /** A statement that leases tasks has failed, and may have been committed all the same. */
  failed(): void {
    this.#doubt.begin()
    this.#cancelRetry ??= this.#options.clock.setTimer(storeRetryMs, () => {
      this.#cancelRetry = null
      this.wakeAll()
    })
  }

  /**
   * Calls that could be started past the queue now, which is so only while nothing is known to wait that could run as well and
   * every lease is known.
   */
  roomPastQueue(): number {
    if (!this.#isRunning || this.#isClaiming || this.#doubt.isOpen || !this.#options.mayClaim()) return 0
    const room = this.#options.concurrency - this.#stage.running()
    if (room <= 0 || this.#stage.parkedLanes() !== null) return 0
    return this.#hot.size > 0 && this.#openLanes(room).length > 0 ? 0 : room
  }

  #poll(): void {
    this.#cancelPoll = this.#options.clock.setTimer(pollMs, () => {
      this.#options.lanes
        .refresh()
        .catch(error => this.#options.logger.warn({ error }, 'lanes could not be read'))
        .finally(() => {
          if (!this.#isRunning) return
          this.wakeAll()
          this.#poll()
        })
    })
  }

  async #pump(): Promise<void> {
    this.#pumpAgain = true
    if (this.#isPumping) return
    this.#isPumping = true
    try {
      while (this.#pumpAgain && this.#isRunning) {
        if (this.#pace.leftMs > 0) await delay(this.#options.clock, this.#pace.leftMs)
        this.#pumpAgain = false
        this.#stage.startParked()
        if (this.#cancelRetry === null && (await this.#claim())) this.#pumpAgain = true
      }
    } catch (error) {
      this.#options.recovery.failed({ area: 'claim', code: 'DATABASE_UNAVAILABLE' })
      this.#options.logger.warn({ error }, 'tasks could not be claimed; trying again')
      this.failed()
    } finally {
      this.#isPumping = false
    }
  }

  /** Answers whether it is worth trying again at once. */
  async #claim(): Promise<boolean> {
    this.#isClaiming = true
    try {
      if (!this.#stage.isInsertPending() && this.#doubt.takeLook()) await this.#takeUnknown()
      return await this.#claimOnce()
    } finally {
      this.#isClaiming = false
    }
  }

  async #claimOnce(): Promise<boolean> {
    const { store, replicaId, clock, concurrency, mayClaim, recovery } = this.#options
    const { planner, running, firstOf, take } = this.#stage
    if (this.#hot.size === 0 || !mayClaim()) return false
    this.#stage.considerUrgent()
    const room = Math.min(claimBatch, concurrency - running())
    if (room <= 0) return false
    const { lanes, limit } = planner.plan(firstOf(this.#openLanes(room)), room, running())
    if (lanes.length === 0) return false
    for (const { laneId } of lanes) this.#hot.delete(laneId)
    const startedAt = clock.now()
    const claimed = await store.claim(lanes, limit, replicaId)
    this.#pace.started(startedAt, claimed.length < limit ? claimed.length : 0)
    recovery.succeeded('claim')
    const perLane = new Map<number, number>()
    for (const task of claimed) perLane.set(task.laneId, (perLane.get(task.laneId) ?? 0) + 1)
    for (const { laneId, slots, quotas } of lanes) {
      const isCut = claimed.length >= limit || (perLane.get(laneId) ?? 0) >= slots
      if (isCut || (quotas && claimed.length > 0)) this.#hot.add(laneId)
    }
    take(claimed)
    return claimed.length > 0 && this.#hot.size > 0
  }

  /** After a lease whose answer was lost, takes what it got all the same; by the same hand as claims, so never both. */
  async #takeUnknown(): Promise<void> {
    const { store, replicaId } = this.#options
    this.#stage.take(await store.leased(replicaId, this.#stage.heldLeases()))
  }

  #openLanes(room: number): OpenLane[] {
    const { lanes, pauses, router } = this.#options
    const parkedIn = this.#stage.parkedLanes()
    const open: OpenLane[] = []
    for (const laneId of this.#hot) {
      const lane = lanes.get(laneId)
      if (!lane || parkedIn?.has(laneId) || pauses.holds(lane)) continue
      const slots = router.freeSlots(lane)
      if (slots > 0) open.push({ lane, slots: Math.min(slots, room) })
    }
    return open
  }
}
