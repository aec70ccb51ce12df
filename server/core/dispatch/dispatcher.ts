import type { ConcurrencyLimits } from '../queue/concurrency-limits.ts'
import type { LaneDirectory } from '../queue/lane-directory.ts'
import type { PauseBoard } from '../queue/pause-board.ts'
import type { RunningTasks, StopReason } from '../queue/running-tasks.ts'
import type { ClaimedTask, LeaseEnd, TaskStore } from '../queue/task-store.ts'
import type { RouteResult, TaskRouter } from '../routing/task-router.ts'
import { BatchPace, hotGapMs } from '../shared/batch-pace.ts'
import { type Clock, delay } from '../shared/clock.ts'
import type { Logger } from '../shared/logger.ts'
import type { RecoveryWatch } from '../shared/recovery-watch.ts'
import { TurnoverMap } from '../shared/turnover-map.ts'
import { ClaimDoubt } from './claim-doubt.ts'
import { ClaimPlanner, type OpenLane } from './claim-planner.ts'
import { Execution, type ExecutionPorts } from './execution.ts'
import { LeaseFinisher } from './lease-finisher.ts'
import { LeaseRecord, type RequeueReason } from './lease-record.ts'
import { isPreemptible, Preemption, starvedLanes } from './preemption.ts'
import { routeRequest } from './route-request.ts'
import { runExecution } from './run-execution.ts'

export interface DispatcherOptions {
  store: TaskStore
  lanes: LaneDirectory
  router: TaskRouter
  pauses: Pick<PauseBoard, 'holds'>
  execution: ExecutionPorts
  clock: Clock
  logger: Logger
  replicaId: string
  recovery: RecoveryWatch
  /** Calls in flight at most. */
  concurrency: number
  limits: Pick<ConcurrencyLimits, 'ofTenant' | 'ofType'>
  /** Whether this replica may take on work now; one that others may count dead may not. */
  mayClaim: () => boolean
  /** Whether there is but one type of task, so that no slot need be kept for others. */
  isSingleType: () => boolean
  /** Told when a lease ended for good or went back, after the commit. */
  onEnded: (end: LeaseEnd) => void
  /** Events were committed: have them delivered. */
  onCommitted: () => void
}

const claimBatch = 256
/** Lanes are looked at anew this often, whatever was heard of them: catches what other replicas submitted. */
const pollMs = 1_000
/** A claimed task that finds no free slot goes back to the queue after this long. */
const maxParkedMs = 2_000
const storeRetryMs = 500
/** Outcomes that cannot be written are given up so long after the grace of a stop. */
const lastWriteMs = 3_000

/**
 * The loop that turns queued tasks into calls. It claims only for lanes whose modules have free slots, in one order over all
 * of them, binds each task to an instance, runs it, and writes how its lease ended, in batches.
 */
export class Dispatcher implements RunningTasks {
  readonly #options: DispatcherOptions
  readonly #finisher: LeaseFinisher
  readonly #planner: ClaimPlanner
  /** Every call in flight, by its lease number. */
  readonly #executions = new TurnoverMap<number, Execution>()
  /** The newest execution of each task. */
  readonly #byTask = new TurnoverMap<string, Execution>()
  /** Lease numbers from the claim to the written end. */
  readonly #held = new Set<number>()
  /** Lanes that may hold ready tasks; a lane leaves when a claim found fewer than it had room for. */
  readonly #hot = new Set<number>()
  /** Those of the executions whose work can be interrupted. */
  readonly #preemptible = new TurnoverMap<number, Execution>()
  readonly #preemption: Preemption
  readonly #claimPace: BatchPace
  readonly #doubt: ClaimDoubt
  #parked: { task: ClaimedTask; since: number }[] = []
  #pumping = false
  #pumpAgain = false
  #state: 'idle' | 'running' | 'stopping' = 'idle'
  #cancelPoll: (() => void) | null = null
  #cancelRetry: (() => void) | null = null
  #settled: (() => void)[] = []
  /** Tasks claimed since start. */
  claimed = 0

  constructor(options: DispatcherOptions) {
    this.#options = options
    this.#finisher = new LeaseFinisher({ ...options, onSettled: end => this.#letGo(end) })
    this.#planner = new ClaimPlanner(options)
    this.#claimPace = new BatchPace(options.clock, hotGapMs)
    this.#doubt = new ClaimDoubt(options.clock)
    this.#preemption = new Preemption(options, {
      starved: () => starvedLanes(this.#hot, options, this.#executions.size < options.concurrency),
      preemptible: () => this.#preemptible.values(),
    })
  }

  start(): void {
    this.#state = 'running'
    this.#poll()
    this.wakeAll()
  }

  /**
   * Stops claiming, gives running work `graceMs` to end, then sends the rest back to the queue. What the database does not take
   * for three more seconds is left to whoever takes the leases over.
   */
  async stop(graceMs: number): Promise<void> {
    const { clock, logger } = this.#options
    this.#state = 'stopping'
    this.#cancelPoll?.()
    this.#cancelRetry?.()
    this.#preemption.stop()
    while (this.#pumping) await delay(clock, 1)
    for (const { task } of this.#parked.splice(0)) this.#giveBack(task, 'SHUTDOWN')
    await this.#settleWithin(graceMs)
    for (const execution of this.#executions.values()) execution.stop({ kind: 'shutdown' })
    await this.#settleWithin(lastWriteMs)
    this.#finisher.abandon()
    if (this.#held.size > 0) logger.warn({ leases: this.#held.size }, 'stopped with leases whose ends were not written')
    this.#state = 'idle'
  }

  /** Calls in flight. */
  get running(): number {
    return this.#executions.size
  }

  /** Whether it claims nothing more because it was asked to stop. */
  get isStopping(): boolean {
    return this.#state === 'stopping'
  }

  get concurrency(): number {
    return this.#options.concurrency
  }

  /** Outcomes that came too late and changed nothing. */
  get staleFinishes(): number {
    return this.#finisher.stale
  }

  /** Tasks that this replica holds of a tenant and of one of its types. */
  held(tenantId: string, taskType: string): { tenant: number; type: number } {
    return this.#planner.held(tenantId, taskType)
  }

  executing(): Iterable<Execution> {
    return this.#byTask.values()
  }

  find(taskId: string): Execution | undefined {
    return this.#byTask.get(taskId)
  }

  stopTask(taskId: string, reason: StopReason): boolean {
    const execution = this.#byTask.get(taskId)
    execution?.stop(reason)
    const parked = this.#parked.find(({ task }) => task.id === taskId)
    if (parked) {
      this.#parked = this.#parked.filter(entry => entry !== parked)
      this.#giveBack(parked.task, 'NO_SLOT')
    }
    return execution !== undefined || parked !== undefined
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

  #poll(): void {
    this.#cancelPoll = this.#options.clock.setTimer(pollMs, () => {
      this.#options.lanes
        .refresh()
        .catch(error => this.#options.logger.warn({ error }, 'lanes could not be read'))
        .finally(() => {
          if (this.#state !== 'running') return
          this.wakeAll()
          this.#poll()
        })
    })
  }

  async #pump(): Promise<void> {
    this.#pumpAgain = true
    if (this.#pumping) return
    this.#pumping = true
    try {
      while (this.#pumpAgain && this.#state === 'running') {
        if (this.#claimPace.leftMs > 0) await delay(this.#options.clock, this.#claimPace.leftMs)
        this.#pumpAgain = false
        this.#startParked()
        if (this.#cancelRetry === null && (await this.#claimOnce())) this.#pumpAgain = true
      }
    } catch (error) {
      this.#options.recovery.failed({ area: 'claim', code: 'DATABASE_UNAVAILABLE' })
      this.#options.logger.warn({ error }, 'tasks could not be claimed; trying again')
      this.#retryLater()
    } finally {
      this.#pumping = false
    }
  }

  /** Goes on with what waits. Mostly nothing does, and a turn of the pump for nothing was a tenth of a task's promises. */
  #slotFreed(): void {
    if (this.#hot.size > 0 || this.#parked.length > 0 || this.#doubt.isOpen || this.#pumping) void this.#pump()
  }

  #retryLater(): void {
    this.#doubt.begin()
    this.#cancelRetry = this.#options.clock.setTimer(storeRetryMs, () => {
      this.#cancelRetry = null
      this.wakeAll()
    })
  }

  /** Answers whether it is worth trying again at once. */
  async #claimOnce(): Promise<boolean> {
    const { store, replicaId, clock, concurrency } = this.#options
    if (this.#doubt.takeLook()) await this.#takeUnknown()
    if (this.#hot.size === 0 || !this.#options.mayClaim()) return false
    const room = Math.min(claimBatch, concurrency - this.#executions.size)
    if (this.#preemptible.size > 0) this.#preemption.consider()
    if (room <= 0) return false
    const open = this.#preemption.firstOf(this.#openLanes(room))
    const { lanes, limit } = this.#planner.plan(open, room, this.#executions.size)
    if (lanes.length === 0) return false
    for (const { laneId } of lanes) this.#hot.delete(laneId)
    const startedAt = clock.now()
    const claimed = await store.claim(lanes, limit, replicaId)
    this.#claimPace.started(startedAt, claimed.length < limit ? claimed.length : 0)
    this.#options.recovery.succeeded('claim')
    const perLane = new Map<number, number>()
    for (const task of claimed) perLane.set(task.laneId, (perLane.get(task.laneId) ?? 0) + 1)
    for (const { laneId, slots, quotas } of lanes) {
      const isCut = claimed.length >= limit || (perLane.get(laneId) ?? 0) >= slots
      if (isCut || (quotas && claimed.length > 0)) this.#hot.add(laneId)
    }
    this.claimed += claimed.length
    this.#take(claimed)
    return claimed.length > 0 && this.#hot.size > 0
  }

  /** After a claim whose answer was lost, takes what it claimed all the same; by the same hand as claims, so never both. */
  async #takeUnknown(): Promise<void> {
    const { store, replicaId } = this.#options
    this.#take(await store.leased(replicaId, [...this.#held]))
  }

  #openLanes(room: number): OpenLane[] {
    const parkedIn = this.#parked.length > 0 ? new Set(this.#parked.map(({ task }) => task.laneId)) : null
    const open: OpenLane[] = []
    for (const laneId of this.#hot) {
      const lane = this.#options.lanes.get(laneId)
      if (!lane || parkedIn?.has(laneId) || this.#options.pauses.holds(lane)) continue
      const slots = this.#options.router.freeSlots(lane)
      if (slots > 0) open.push({ lane, slots: Math.min(slots, room) })
    }
    return open
  }

  /** Starts what was claimed. Lanes share modules, so it may be more than there are slots: the rest waits, briefly, in order. */
  #take(claimed: readonly ClaimedTask[]): void {
    if (claimed.length > 0) this.#options.onCommitted()
    for (const task of claimed) {
      this.#held.add(task.leaseNo)
      this.#planner.started(task)
      if (this.#state !== 'running') this.#giveBack(task, 'SHUTDOWN')
      else if (this.#isHeld(task)) this.#giveBack(task, 'PAUSED')
      else if (!this.#startIfRouted(task)) this.#parked.push({ task, since: this.#options.clock.now() })
    }
  }

  #startParked(): void {
    this.#parked = this.#parked.filter(({ task, since }) => {
      if (this.#isHeld(task)) {
        this.#giveBack(task, 'PAUSED')
        return false
      }
      if (this.#startIfRouted(task)) return false
      if (this.#options.clock.now() - since < maxParkedMs) return true
      this.#giveBack(task, 'NO_SLOT')
      return false
    })
  }

  #isHeld({ tenantId, type }: ClaimedTask): boolean {
    return this.#options.pauses.holds({ tenantId, taskType: type })
  }

  #startIfRouted(task: ClaimedTask): boolean {
    const route = this.#executions.size < this.#options.concurrency ? this.#route(task) : null
    // Nothing can take it now. A task with a budget must not hold up its lane for a service it can afford: it waits by itself.
    if (route === null || (route.kind === 'unroutable' && task.costBudgetUsd === null)) return false
    void this.#run(new Execution(task, this.#options.execution), route)
    return true
  }

  /** A fault of the router must not cost the tasks that were claimed with this one their turn. */
  #route(task: ClaimedTask): RouteResult | null {
    const { router, lanes } = this.#options
    try {
      return router.route(routeRequest(task, lanes, { spentUsd: task.spentUsd, failedModuleIds: [] }))
    } catch (error) {
      this.#options.logger.error({ error, taskId: task.id }, 'a task could not be routed by a fault of our own')
      return null
    }
  }

  async #run(execution: Execution, route: RouteResult): Promise<void> {
    const { task } = execution
    // The same task again while an old execution runs: its lease was taken over, so whatever it does is stale.
    this.#byTask.get(task.id)?.stop({ kind: 'shutdown' })
    this.#byTask.set(task.id, execution)
    this.#executions.set(task.leaseNo, execution)
    if (isPreemptible(task, route)) this.#preemptible.set(task.leaseNo, execution)
    const end = await runExecution(execution, route, this.#options)
    this.#executions.delete(task.leaseNo)
    this.#planner.ended(task)
    this.#preemptible.delete(task.leaseNo)
    if (this.#byTask.get(task.id) === execution) this.#byTask.delete(task.id)
    this.#slotFreed()
    void this.#finisher.finish(end)
  }

  #giveBack(task: ClaimedTask, reason: RequeueReason): void {
    this.#planner.ended(task)
    void this.#finisher.finish(new LeaseRecord(task).end({ kind: 'requeue' }, this.#options.clock.now(), reason))
  }

  #letGo(end: LeaseEnd): void {
    this.#held.delete(end.task.leaseNo)
    if (this.#held.size === 0) for (const wake of this.#settled.splice(0)) wake()
  }

  /** Waits until nothing is held any more, this long at most. */
  async #settleWithin(ms: number): Promise<void> {
    if (this.#held.size === 0) return
    const isSettled = new AbortController()
    this.#settled.push(() => isSettled.abort())
    await delay(this.#options.clock, ms, isSettled.signal)
  }
}
