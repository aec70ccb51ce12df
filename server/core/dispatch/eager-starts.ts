import { type EagerStart, mayStartAtOnce, toClaimedTask } from '../queue/eager-start.ts'
import type { LaneDirectory } from '../queue/lane-directory.ts'
import type { PauseBoard } from '../queue/pause-board.ts'
import { comparePlaces } from '../queue/priority.ts'
import type { ClaimedTask, InsertResult, NewTask } from '../queue/task-store.ts'
import { withinQuotas } from '../queue/within-quotas.ts'
import type { TaskRouter } from '../routing/task-router.ts'
import type { ClaimPlan, ClaimPlanner, OpenLane } from './claim-planner.ts'

export interface EagerStartsOptions {
  replicaId: string
  lanes: Pick<LaneDirectory, 'get'>
  router: Pick<TaskRouter, 'freeSlots'>
  pauses: Pick<PauseBoard, 'holds'>
  planner: ClaimPlanner
  /** Calls in flight now. */
  running: () => number
  /** Calls that could be started now without overtaking anything that waits. */
  room: () => number
}

/** Decides which tasks skip the queue, by the plan that a claim of them would go by, and keeps room for them meanwhile. */
export class EagerStarts {
  readonly #options: EagerStartsOptions
  readonly #none: EagerStart
  /** Inserts under way that may lease. */
  #pending = 0
  /** Tasks in them. */
  #reserved = 0

  constructor(options: EagerStartsOptions) {
    this.#options = options
    this.#none = { replicaId: options.replicaId, tasks: new Set() }
  }

  /** Whether an insert is under way that may lease tasks of which nothing is known yet. */
  get isPending(): boolean {
    return this.#pending > 0
  }

  reserve(tasks: readonly NewTask[]): EagerStart {
    const { planner, replicaId, running, room } = this.#options
    // Tasks that hang together are inserted one after the other, under locks that a lease would have to wait for.
    const left = tasks.every(({ dependsOn }) => dependsOn.length === 0) ? room() - this.#reserved : 0
    if (left <= 0) return this.#none
    const startable = tasks.filter(mayStartAtOnce)
    const open = this.#openLanes(startable, left)
    if (open.length === 0) return this.#none
    const first = firstOf(startable, planner.plan(open, left, running() + this.#reserved))
    if (first.length === 0) return this.#none
    for (const task of first) planner.started(task)
    this.#reserved += first.length
    this.#pending++
    return { replicaId, tasks: new Set(first) }
  }

  /** Gives back the room of those that got no lease, and answers the others. Once for each start. */
  settle(start: EagerStart, tasks: readonly NewTask[], results: readonly InsertResult[] | null): ClaimedTask[] {
    if (start.tasks.size === 0) return []
    this.#pending--
    this.#reserved -= start.tasks.size
    const claimed: ClaimedTask[] = []
    for (const [index, task] of tasks.entries()) {
      if (!start.tasks.has(task)) continue
      const result = results?.[index]
      const lease = result?.kind === 'inserted' ? result.lease : undefined
      if (lease) claimed.push(toClaimedTask(task, lease))
      else this.#options.planner.ended(task)
    }
    return claimed
  }

  /** Their lanes with what is free there beside all that is reserved, wherever that will run. */
  #openLanes(tasks: readonly NewTask[], room: number): OpenLane[] {
    const { lanes, pauses, router } = this.#options
    const open: OpenLane[] = []
    for (const laneId of new Set(tasks.map(task => task.laneId))) {
      const lane = lanes.get(laneId)
      if (!lane || pauses.holds(lane)) continue
      const slots = Math.min(room, router.freeSlots(lane) - this.#reserved)
      if (slots > 0) open.push({ lane, slots })
    }
    return open
  }
}

/** Those tasks that a claim by this plan would answer. */
function firstOf(tasks: readonly NewTask[], plan: ClaimPlan): NewTask[] {
  const lanes = new Map(plan.lanes.map(lane => [lane.laneId, { left: lane.slots, quotas: lane.quotas }]))
  const open = tasks.toSorted(comparePlaces).flatMap(task => {
    const lane = lanes.get(task.laneId)
    return lane && lane.left-- > 0 ? [{ task, quotas: lane.quotas }] : []
  })
  return withinQuotas(withinQuotas(open, 'type'), 'tenant')
    .slice(0, plan.limit)
    .map(({ task }) => task)
}
