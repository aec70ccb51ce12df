import type { UrgentTask } from '../queue/interruption.ts'
import type { Lane } from '../queue/lane.ts'
import type { LaneDirectory } from '../queue/lane-directory.ts'
import type { PauseBoard } from '../queue/pause-board.ts'
import type { ClaimedTask, TaskStore } from '../queue/task-store.ts'
import type { BreakerBoard } from '../resilience/breaker-board.ts'
import type { RouteResult, TaskRouter } from '../routing/task-router.ts'
import type { Clock } from '../shared/clock.ts'
import type { Logger } from '../shared/logger.ts'
import type { OpenLane } from './claim-planner.ts'
import type { Execution } from './execution.ts'
import type { Attempt } from './lease-record.ts'
import { Reservations } from './reservations.ts'

/** Urgent work waits this long for a slot before other work has to give way. */
const patienceMs = 1_000
const lookMs = 250
/** Between two pre-emptions of this replica. */
const gapMs = 500
/** Nothing more gives way to the same task within this time. */
const sameTaskMs = 5_000

/** A running call that could give way. */
export interface Candidate {
  execution: Pick<Execution, 'task'>
  call: Attempt
}

/** A lane that nothing can be started from now, with what would have to be freed. */
export interface StarvedLane {
  lane: Lane
  needs: 'a slot of its modules' | 'any slot'
}

/** Those of the lanes that may hold ready tasks. `hasRoom`: whether this replica could make another call. */
export function starvedLanes(
  laneIds: Iterable<number>,
  sources: {
    lanes: Pick<LaneDirectory, 'get'>
    router: Pick<TaskRouter, 'freeSlots'>
    pauses: Pick<PauseBoard, 'holds'>
  },
  hasRoom: boolean,
): StarvedLane[] {
  const starved: StarvedLane[] = []
  for (const laneId of laneIds) {
    const lane = sources.lanes.get(laneId)
    if (!lane || sources.pauses.holds(lane)) continue
    const isFull = sources.router.freeSlots(lane) === 0
    if (isFull) starved.push({ lane, needs: 'a slot of its modules' })
    else if (!hasRoom) starved.push({ lane, needs: 'any slot' })
  }
  return starved
}

/** What the dispatcher shows of itself. */
export interface PreemptionStage {
  starved(): StarvedLane[]
  /** Executions whose work can go on from a checkpoint. */
  preemptible(): Iterable<Execution>
}

export interface PreemptionOptions {
  store: Pick<TaskStore, 'urgentHeads'>
  execution: { breakers: Pick<BreakerBoard, 'admits'> }
  clock: Clock
  logger: Logger
}

/**
 * Of the calls, the one that gives way to an urgent task: the lowest priority, and of those the one that began last, since it
 * has done least. Only work that the one order of the queue puts behind the urgent task gives way, so ageing holds: what has
 * waited its time is not pushed aside again and again. Null when none may.
 */
export function chooseVictim<C extends Candidate>(
  urgent: Pick<UrgentTask, 'priority' | 'rank'>,
  candidates: Iterable<C>,
): C | null {
  let victim: C | null = null
  for (const candidate of candidates) {
    const { task } = candidate.execution
    if (task.priority <= 2 || task.rank <= urgent.rank) continue
    if (victim === null || givesWayBefore(candidate, victim)) victim = candidate
  }
  return victim
}

/** Whether the work of a task can be interrupted where it runs. */
export function isPreemptible({ type }: ClaimedTask, route: RouteResult): boolean {
  if (route.kind === 'unroutable') return false
  return route.module.capabilities.some(capability => capability.isPreemptible === true && capability.type === type)
}

/** Whether a call can be ended for a task of this lane: of the same tenant, and on a module that could run it. */
function fitsLane({ execution, call }: Candidate, lane: Lane): boolean {
  const { module } = call.route
  return (
    execution.task.tenantId === lane.tenantId &&
    (lane.pinnedModuleId === null || lane.pinnedModuleId === module.id) &&
    module.capabilities.some(({ type }) => type === lane.taskType)
  )
}

function givesWayBefore(a: Candidate, b: Candidate): boolean {
  const difference = a.execution.task.priority - b.execution.task.priority
  return difference === 0 ? a.call.dispatchedAt > b.call.dispatchedAt : difference > 0
}

/**
 * Lets urgent work (numbers 1 and 2) in where modules are full of work that can be interrupted: when the next task of a lane is
 * urgent and has found no slot for a second, the least important call that declares itself pre-emptible is ended and goes back
 * into the queue with its checkpoint. At most two a second. Costs nothing while nothing pre-emptible runs.
 */
export class Preemption {
  readonly #options: PreemptionOptions
  readonly #stage: PreemptionStage
  readonly #reservations: Reservations
  readonly #served = new Map<string, number>()
  #cancelLook: (() => void) | null = null
  #isLooking = false
  #isStopped = false
  #lastAt = Number.NEGATIVE_INFINITY

  constructor(options: PreemptionOptions, stage: PreemptionStage) {
    this.#options = options
    this.#stage = stage
    this.#reservations = new Reservations(options.clock)
  }

  /** Of lanes that have slots, those alone that others just gave way to, one task each; else all of them. */
  firstOf(open: OpenLane[]): OpenLane[] {
    return this.#reservations.firstOf(open)
  }

  /** Something runs that could give way, or waits that could need it: look soon. */
  consider(): void {
    if (this.#isStopped || this.#isLooking || this.#cancelLook !== null) return
    const waitMs = Math.max(lookMs, this.#lastAt + gapMs - this.#options.clock.now())
    this.#cancelLook = this.#options.clock.setTimer(waitMs, () => {
      this.#cancelLook = null
      void this.#look()
    })
  }

  stop(): void {
    this.#isStopped = true
    this.#cancelLook?.()
  }

  async #look(): Promise<void> {
    const starved = this.#stage.starved()
    const hasCandidates = !this.#candidates().next().done
    if (starved.length === 0 || !hasCandidates) return
    this.#isLooking = true
    try {
      const heads = await this.#options.store.urgentHeads(
        starved.map(({ lane }) => lane.id),
        patienceMs,
      )
      if (!this.#isStopped) this.#serve(heads)
    } catch (error) {
      this.#options.logger.warn({ error }, 'urgent work could not be looked for; trying again')
    } finally {
      this.#isLooking = false
    }
    this.consider()
  }

  #serve(heads: readonly UrgentTask[]): void {
    const now = this.#options.clock.now()
    for (const [taskId, at] of this.#served) if (now - at >= sameTaskMs) this.#served.delete(taskId)
    for (const head of heads) {
      if (this.#served.has(head.id)) continue
      // What was starved before the question may have found a slot meanwhile.
      const waiting = this.#stage.starved().find(({ lane }) => lane.id === head.laneId)
      if (!waiting) continue
      const victim = chooseVictim(
        head,
        [...this.#candidates()].filter(each => waiting.needs === 'any slot' || fitsLane(each, waiting.lane)),
      )
      if (!victim) continue
      this.#served.set(head.id, now)
      this.#lastAt = now
      this.#giveWay(victim.execution, head)
      return
    }
  }

  #giveWay(execution: Execution, to: UrgentTask): void {
    this.#options.logger.info({ taskId: execution.task.id, urgentTaskId: to.id }, 'a task gives way to an urgent one')
    this.#reservations.add(to.laneId)
    execution.stop({ kind: 'preempted', by: { taskId: to.id, priority: to.priority } })
  }

  /** Whether the instance of a call would take another one once its slot is free. */
  #isUsable({ route: { module, instance } }: Attempt): boolean {
    const key = { tenantId: module.tenantId, moduleId: module.id, instanceId: instance.id }
    return this.#options.execution.breakers.admits(key)
  }

  *#candidates(): Generator<{ execution: Execution; call: Attempt }> {
    for (const execution of this.#stage.preemptible()) {
      const { call, task } = execution
      if (call === null || !this.#isUsable(call)) continue
      if (isPreemptible(task, call.route)) yield { execution, call }
    }
  }
}
