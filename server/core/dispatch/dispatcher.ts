import type { ConcurrencyLimits } from '../queue/concurrency-limits.ts'
import type { EagerStart, EagerStarter } from '../queue/eager-start.ts'
import type { LaneDirectory } from '../queue/lane-directory.ts'
import type { PauseBoard } from '../queue/pause-board.ts'
import type { RunningTasks, StopReason } from '../queue/running-tasks.ts'
import type { ClaimedTask, InsertResult, LeaseEnd, NewTask, TaskStore } from '../queue/task-store.ts'
import type { RouteResult, TaskRouter } from '../routing/task-router.ts'
import { type Clock, delay } from '../shared/clock.ts'
import type { Logger } from '../shared/logger.ts'
import type { RecoveryWatch } from '../shared/recovery-watch.ts'
import { TurnoverMap } from '../shared/turnover-map.ts'
import { ClaimLoop } from './claim-loop.ts'
import { ClaimPlanner } from './claim-planner.ts'
import { EagerStarts } from './eager-starts.ts'
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

/** A claimed task that finds no free slot goes back to the queue after this long. */
const maxParkedMs = 2_000
/** Outcomes that cannot be written are given up so long after the grace of a stop. */
const lastWriteMs = 3_000

/**
 * Turns tasks into calls: takes what is claimed, and what starts as it is accepted, binds each to an instance, runs it, and writes
 * how its lease ended, in batches.
 */
export class Dispatcher implements RunningTasks, EagerStarter {
  readonly #options: DispatcherOptions
  readonly #finisher: LeaseFinisher
  readonly #planner: ClaimPlanner
  readonly #eager: EagerStarts
  /** Every call in flight, by its lease number. */
  readonly #executions = new TurnoverMap<number, Execution>()
  /** The newest execution of each task. */
  readonly #byTask = new TurnoverMap<string, Execution>()
  /** Lease numbers from the claim to the written end. */
  readonly #held = new Set<number>()
  /** Those of the executions whose work can be interrupted. */
  readonly #preemptible = new TurnoverMap<number, Execution>()
  readonly #preemption: Preemption
  readonly #claims: ClaimLoop
  #parked: { task: ClaimedTask; since: number }[] = []
  #state: 'idle' | 'running' | 'stopping' = 'idle'
  #settled: (() => void)[] = []
  /** Tasks leased since start. */
  claimed = 0

  constructor(options: DispatcherOptions) {
    this.#options = options
    this.#finisher = new LeaseFinisher({ ...options, onSettled: end => this.#letGo(end) })
    this.#planner = new ClaimPlanner(options)
    this.#eager = new EagerStarts({
      ...options,
      planner: this.#planner,
      running: () => this.#executions.size,
      room: () => this.#claims.roomPastQueue(),
    })
    this.#preemption = new Preemption(options, {
      starved: () => starvedLanes(this.#claims.hot, options, this.#executions.size < options.concurrency),
      preemptible: () => this.#preemptible.values(),
    })
    this.#claims = new ClaimLoop(options, {
      planner: this.#planner,
      running: () => this.#executions.size,
      heldLeases: () => [...this.#held],
      parkedLanes: () => (this.#parked.length > 0 ? new Set(this.#parked.map(({ task }) => task.laneId)) : null),
      startParked: () => this.#startParked(),
      considerUrgent: () => {
        if (this.#preemptible.size > 0) this.#preemption.consider()
      },
      firstOf: open => this.#preemption.firstOf(open),
      isInsertPending: () => this.#eager.isPending,
      take: claimed => this.#take(claimed),
    })
  }

  start(): void {
    this.#state = 'running'
    this.#claims.start()
  }

  /**
   * Stops claiming, gives running work `graceMs` to end, then sends the rest back to the queue. What the database does not take
   * for three more seconds is left to whoever takes the leases over.
   */
  async stop(graceMs: number): Promise<void> {
    const { logger } = this.#options
    this.#state = 'stopping'
    this.#preemption.stop()
    await this.#claims.stop()
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
    this.#claims.wake(laneIds)
  }

  /** Any lane may have become runnable: a module was enabled, a breaker closed, capacity was added. */
  wakeAll(): void {
    this.#claims.wakeAll()
  }

  reserve(tasks: readonly NewTask[]): EagerStart {
    return this.#eager.reserve(tasks)
  }

  settle(start: EagerStart, tasks: readonly NewTask[], results: readonly InsertResult[] | null): void {
    if (results === null && start.tasks.size > 0) this.#claims.failed()
    this.#begin(this.#eager.settle(start, tasks, results))
  }

  #take(claimed: readonly ClaimedTask[]): void {
    for (const task of claimed) this.#planner.started(task)
    this.#begin(claimed)
  }

  /** Starts what was leased. Lanes share modules, so it may be more than there are slots: the rest waits, briefly, in order. */
  #begin(leased: readonly ClaimedTask[]): void {
    this.claimed += leased.length
    if (leased.length > 0) this.#options.onCommitted()
    for (const task of leased) {
      this.#held.add(task.leaseNo)
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
    this.#claims.slotFreed()
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
