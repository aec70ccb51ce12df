import type { TaskRouter } from '../routing/task-router.ts'
import { Batcher } from '../shared/batcher.ts'
import { type Clock, delay } from '../shared/clock.ts'
import type { Logger } from '../shared/logger.ts'
import type { RunningTasks, StopReason } from '../queue/running-tasks.ts'
import { Execution, type ExecutionPorts, type Routed } from './execution.ts'
import type { LaneDirectory } from '../queue/lane-directory.ts'
import type { ClaimedTask, LeaseEnd, TaskStore } from '../queue/task-store.ts'

export interface DispatcherOptions {
  store: TaskStore
  lanes: LaneDirectory
  router: TaskRouter
  execution: ExecutionPorts
  clock: Clock
  logger: Logger
  replicaId: string
  /** Calls in flight at most. */
  concurrency: number
  /** Told when a lease ended for good or went back, after the commit. */
  onEnded: (end: LeaseEnd) => void
  /** Events were committed: have them delivered. */
  onCommitted: () => void
}

const claimBatch = 256
const finishBatch = 256
const finishDelayMs = 2
const concurrentFinishes = 1
/** Claims are at least this far apart, so that one takes what arrived meanwhile. */
const claimGapMs = 3
/** Lanes are looked at anew this often, whatever was heard of them: catches what other replicas submitted. */
const pollMs = 1_000
/** A claimed task that finds no free slot goes back to the queue after this long. */
const maxParkedMs = 2_000
const storeRetryMs = 500

/**
 * The loop that turns queued tasks into calls. It claims only for lanes whose modules have free slots, in one order over all
 * of them, binds each task to an instance, runs it, and writes how its lease ended, in batches.
 */
export class Dispatcher implements RunningTasks {
  readonly #options: DispatcherOptions
  readonly #running = new Map<string, Execution>()
  readonly #finishing: Batcher<LeaseEnd, boolean>
  /** Lanes that may hold ready tasks; a lane leaves when a claim found fewer than it had room for. */
  readonly #hot = new Set<number>()
  #parked: { task: ClaimedTask; since: number }[] = []
  #pumping = false
  #pumpAgain = false
  #lastClaimAt = 0
  #state: 'idle' | 'running' | 'stopping' = 'idle'
  #cancelPoll: (() => void) | null = null
  #settled: (() => void)[] = []
  staleFinishes = 0

  constructor(options: DispatcherOptions) {
    this.#options = options
    this.#finishing = new Batcher({
      clock: options.clock,
      maxDelayMs: finishDelayMs,
      maxSize: finishBatch,
      maxConcurrent: concurrentFinishes,
      write: async ends => {
        const counted = await options.store.finish(ends, options.replicaId)
        options.onCommitted()
        return counted
      },
    })
  }

  start(): void {
    this.#state = 'running'
    this.#poll()
  }

  /** Stops claiming, gives running work `graceMs` to end, then sends the rest back to the queue. */
  async stop(graceMs: number): Promise<void> {
    this.#state = 'stopping'
    this.#cancelPoll?.()
    while (this.#pumping) await delay(this.#options.clock, 1)
    const grace = new AbortController()
    await Promise.race([
      this.#whenSettled().then(() => grace.abort()),
      delay(this.#options.clock, graceMs, grace.signal),
    ])
    for (const execution of this.#running.values()) execution.stop({ kind: 'shutdown' })
    for (const { task } of this.#parked.splice(0)) this.#giveBack(task)
    await this.#whenSettled()
    await this.#finishing.drain()
    this.#state = 'idle'
  }

  get running(): number {
    return this.#running.size
  }

  get concurrency(): number {
    return this.#options.concurrency
  }

  find(taskId: string): Execution | undefined {
    return this.#running.get(taskId)
  }

  stopTask(taskId: string, reason: StopReason): boolean {
    const execution = this.#running.get(taskId)
    execution?.stop(reason)
    return execution !== undefined
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
        const gapMs = this.#lastClaimAt + claimGapMs - this.#options.clock.now()
        if (gapMs > 0) await delay(this.#options.clock, gapMs)
        this.#pumpAgain = false
        this.#startParked()
        if (await this.#claimOnce()) this.#pumpAgain = true
      }
    } catch (error) {
      this.#options.logger.warn({ error }, 'tasks could not be claimed; trying again')
      this.#options.clock.setTimer(storeRetryMs, () => this.wakeAll())
    } finally {
      this.#pumping = false
    }
  }

  /** Answers whether it is worth trying again at once. */
  async #claimOnce(): Promise<boolean> {
    const room = Math.min(claimBatch, this.#options.concurrency - this.#running.size - this.#parked.length)
    if (room <= 0) return false
    const open = this.#openLanes(room)
    if (open.length === 0) return false
    for (const { laneId } of open) this.#hot.delete(laneId)
    let claimed: ClaimedTask[]
    this.#lastClaimAt = this.#options.clock.now()
    try {
      claimed = await this.#options.store.claim(open, room, this.#options.replicaId)
    } catch (error) {
      for (const { laneId } of open) this.#hot.add(laneId)
      throw error
    }
    if (claimed.length > 0) this.#options.onCommitted()
    if (this.#state !== 'running') {
      for (const task of claimed) this.#giveBack(task)
      return false
    }
    const perLane = new Map<number, number>()
    for (const task of claimed) perLane.set(task.laneId, (perLane.get(task.laneId) ?? 0) + 1)
    for (const { laneId, slots } of open) {
      if (claimed.length >= room || (perLane.get(laneId) ?? 0) >= slots) this.#hot.add(laneId)
    }
    for (const task of claimed) this.#startOrPark(task)
    return claimed.length > 0
  }

  #openLanes(room: number): { laneId: number; slots: number }[] {
    const parkedIn = new Set(this.#parked.map(({ task }) => task.laneId))
    const open: { laneId: number; slots: number }[] = []
    for (const laneId of this.#hot) {
      const lane = this.#options.lanes.get(laneId)
      if (!lane || parkedIn.has(laneId)) continue
      const slots = this.#options.router.freeSlots(lane.tenantId, lane.taskType, lane.pinnedModuleId)
      if (slots > 0) open.push({ laneId, slots: Math.min(slots, room) })
    }
    return open
  }

  #startOrPark(task: ClaimedTask): void {
    const route = this.#route(task)
    if (route) this.#start(task, route)
    else this.#parked.push({ task, since: this.#options.clock.now() })
  }

  /** Lanes share modules, so a claim may take more than there are slots; those wait here, briefly, in order. */
  #startParked(): void {
    const parked = this.#parked
    this.#parked = []
    const now = this.#options.clock.now()
    for (const entry of parked) {
      const route = this.#route(entry.task)
      if (route) this.#start(entry.task, route)
      else if (now - entry.since > maxParkedMs) this.#giveBack(entry.task)
      else this.#parked.push(entry)
    }
  }

  #route(task: ClaimedTask): Routed | null {
    const route = this.#options.router.route({
      tenantId: task.tenantId,
      taskType: task.type,
      pinnedModuleId: task.pinnedModuleId,
      complexity: task.complexity,
      failedModuleIds: [],
    })
    return route.kind === 'routed' ? route : null
  }

  #start(task: ClaimedTask, route: Routed): void {
    const execution = new Execution(task, this.#options.execution)
    this.#running.set(task.id, execution)
    void this.#run(execution, route)
  }

  async #run(execution: Execution, route: Routed): Promise<void> {
    try {
      const end = await execution.run(route)
      this.#running.delete(execution.task.id)
      void this.#pump()
      await this.#finish(end)
    } catch (error) {
      this.#running.delete(execution.task.id)
      this.#options.logger.error({ error, taskId: execution.task.id }, 'an execution failed by a fault of our own')
      await this.#finish(execution.endByFault())
    } finally {
      this.#notifySettled()
    }
  }

  /** Keeps trying while the database is away: the lease stays ours until somebody took it, and then nothing is written. */
  async #finish(end: LeaseEnd): Promise<void> {
    for (;;) {
      try {
        const counted = await this.#finishing.add(end)
        if (counted) this.#options.onEnded(end)
        else this.staleFinishes++
        return
      } catch (error) {
        this.#options.logger.warn({ error, taskId: end.task.id }, 'an outcome could not be written yet; trying again')
        await delay(this.#options.clock, storeRetryMs)
      }
    }
  }

  #giveBack(task: ClaimedTask): void {
    const end: LeaseEnd = {
      task,
      attempts: [],
      attemptsUsed: task.attempts,
      startedAt: task.startedAt,
      at: this.#options.clock.now(),
      next: { kind: 'requeue' },
      events: [],
    }
    void this.#finish(end)
  }

  async #whenSettled(): Promise<void> {
    while (this.#running.size > 0) await new Promise<void>(resolve => this.#settled.push(resolve))
  }

  #notifySettled(): void {
    for (const wake of this.#settled.splice(0)) wake()
  }
}
