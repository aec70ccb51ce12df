import { DatabaseError, type Pool } from 'pg'
import type { Page } from '#server/contracts/common.ts'
import type { ListTasks, TaskSummary } from '#server/contracts/tasks.ts'
import type { DependantsMoved, GraphTask, Raise, RepairedPage } from '#server/core/queue/dependency-store.ts'
import type { EagerStart } from '#server/core/queue/eager-start.ts'
import type { CheckpointWrite, UrgentTask } from '#server/core/queue/interruption.ts'
import type { Lane, LanePurpose } from '#server/core/queue/lane.ts'
import type { LaneCount, QueueCounts } from '#server/core/queue/queue-counts.ts'
import type {
  ClaimedTask,
  ClaimLane,
  HeldLease,
  InsertResult,
  LeaseEnd,
  LiveTotals,
  NewTask,
  QueuePlace,
  ReclaimedTask,
  SpendQuery,
  SpendRow,
  StoredTask,
  TaskStore,
  TaskTotals,
} from '#server/core/queue/task-store.ts'
import type { Actor } from '#server/core/shared/principal.ts'
import { type CancelResult, cancelTask } from './sql/tasks/cancel-task.ts'
import { claimTasks } from './sql/tasks/claim-tasks.ts'
import { countAhead } from './sql/tasks/count-ahead.ts'
import { countLanes } from './sql/tasks/count-lanes.ts'
import { countTasks, readTotals } from './sql/tasks/count-tasks.ts'
import type { WithDependants } from './sql/tasks/dependants-column.ts'
import { expireOverdue } from './sql/tasks/expire-overdue.ts'
import { findUnstorable, isDataException } from './sql/tasks/find-unstorable.ts'
import { finishLeases } from './sql/tasks/finish-leases.ts'
import { getTask } from './sql/tasks/get-task.ts'
import { insertChildren } from './sql/tasks/insert-children.ts'
import { insertTasks } from './sql/tasks/insert-tasks.ts'
import { ensureLane, readLanes } from './sql/tasks/lanes.ts'
import { leasedTasks } from './sql/tasks/leased-tasks.ts'
import { leasesOf } from './sql/tasks/leases-of.ts'
import { listTasks } from './sql/tasks/list-tasks.ts'
import { countLiveByType, readLiveTotals, recountLive } from './sql/tasks/live-totals.ts'
import { promoteDue } from './sql/tasks/promote-due.ts'
import { raiseTasks } from './sql/tasks/raise-tasks.ts'
import { readSpend } from './sql/tasks/read-spend.ts'
import { reclaimLeases } from './sql/tasks/reclaim-leases.ts'
import { repairBlocked } from './sql/tasks/repair-blocked.ts'
import { saveCheckpoints } from './sql/tasks/save-checkpoints.ts'
import { readTaskGraph } from './sql/tasks/task-graph.ts'
import { urgentHeads } from './sql/tasks/urgent-heads.ts'

/** The task store in PostgreSQL. `hot` serves the dispatch path alone; `pool` everything people look at. */
export class SqlTaskStore implements TaskStore {
  readonly #hot: Pool
  readonly #pool: Pool
  readonly #replicaId: string
  readonly #listeners = new Set<(moved: DependantsMoved) => void>()

  constructor(options: { hot: Pool; pool: Pool; replicaId: string }) {
    this.#hot = options.hot
    this.#pool = options.pool
    this.#replicaId = options.replicaId
  }

  lanes(): Promise<Lane[]> {
    return readLanes(this.#pool)
  }

  ensureLane(purpose: LanePurpose): Promise<Lane> {
    return ensureLane(this.#pool, purpose)
  }

  /** A task that the database refuses is found by halving its batch, so that the others are committed all the same. */
  async insert(tasks: readonly NewTask[], eager?: EagerStart): Promise<InsertResult[]> {
    if (tasks.some(task => task.dependsOn.length > 0)) return this.#insertChildren(tasks)
    try {
      return await insertTasks(this.#hot, tasks, this.#replicaId, eager)
    } catch (error) {
      if (!isDataException(error)) throw error
      if (tasks.length <= 1) return tasks.map(() => ({ kind: 'refused' }))
      const half = tasks.length >>> 1
      return [...(await this.insert(tasks.slice(0, half), eager)), ...(await this.insert(tasks.slice(half), eager))]
    }
  }

  claim(lanes: readonly ClaimLane[], limit: number, replicaId: string): Promise<ClaimedTask[]> {
    return claimTasks(this.#hot, lanes, limit, replicaId)
  }

  leased(replicaId: string, except: readonly number[]): Promise<ClaimedTask[]> {
    return leasedTasks(this.#hot, replicaId, except)
  }

  leasesOf(replicaId: string, which: 'all' | 'cancelled'): Promise<HeldLease[]> {
    return leasesOf(this.#hot, replicaId, which)
  }

  /** An outcome that the database refuses is found by halving its batch; its task then ends without it. */
  async finish(ends: readonly LeaseEnd[], replicaId: string): Promise<boolean[]> {
    try {
      return await this.#end(() => finishLeases(this.#hot, ends, replicaId))
    } catch (error) {
      if (!isDataException(error)) throw error
      const [only] = ends
      if (only && ends.length === 1) return this.#end(() => finishLeases(this.#hot, [withoutOutcome(only)], replicaId))
      const half = ends.length >>> 1
      return [
        ...(await this.finish(ends.slice(0, half), replicaId)),
        ...(await this.finish(ends.slice(half), replicaId)),
      ]
    }
  }

  saveCheckpoints(checkpoints: readonly CheckpointWrite[]): Promise<boolean[]> {
    return saveCheckpoints(this.#pool, checkpoints)
  }

  urgentHeads(laneIds: readonly number[], waitedMs: number): Promise<UrgentTask[]> {
    return urgentHeads(this.#hot, laneIds, waitedMs)
  }

  promoteDue(limit: number): Promise<{ promoted: number; lanes: number[]; nextDueInMs: number | null }> {
    return promoteDue(this.#hot, limit)
  }

  expireOverdue(limit: number, replicaId: string): Promise<number> {
    return this.#end(() => expireOverdue(this.#hot, limit, replicaId))
  }

  cancel(by: Actor, id: string, reason: string, replicaId: string): Promise<CancelResult | null> {
    return this.#end(() => cancelTask(this.#hot, by, id, reason, replicaId))
  }

  reclaim(deadAfterMs: number, alsoOf: string | null): Promise<ReclaimedTask[]> {
    return this.#end(() => reclaimLeases(this.#hot, deadAfterMs, alsoOf, this.#replicaId))
  }

  repairBlocked(afterId: string | null, limit: number): Promise<RepairedPage> {
    return this.#end(() => repairBlocked(this.#hot, afterId, limit, this.#replicaId))
  }

  raise(tenantId: string, raises: readonly Raise[]): Promise<number> {
    return raiseTasks(this.#hot, tenantId, raises)
  }

  onDependantsMoved(listener: (moved: DependantsMoved) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  get(tenantId: string, id: string): Promise<StoredTask | null> {
    return getTask(this.#pool, tenantId, id)
  }

  graph(tenantId: string, id: string, limit: number): Promise<{ tasks: GraphTask[]; isCut: boolean } | null> {
    return readTaskGraph(this.#pool, tenantId, id, limit)
  }

  list(tenantId: string, filter: ListTasks): Promise<Page<TaskSummary>> {
    return listTasks(this.#pool, tenantId, filter)
  }

  counts(tenantId: string): Promise<QueueCounts> {
    return countTasks(this.#pool, tenantId)
  }

  spend(tenantId: string, query: SpendQuery): Promise<SpendRow[]> {
    return readSpend(this.#pool, tenantId, query)
  }

  countAhead(laneIds: readonly number[], place: QueuePlace, cap: number): Promise<number> {
    return countAhead(this.#pool, laneIds, place, cap)
  }

  countLanes(tenantId: string, types: readonly string[]): Promise<LaneCount[]> {
    return countLanes(this.#pool, tenantId, types)
  }

  liveTotals(): Promise<LiveTotals> {
    return readLiveTotals(this.#pool)
  }

  recountLive(): Promise<{ counted: { count: number; bytes: number }; totals: LiveTotals }> {
    return recountLive(this.#pool)
  }

  liveByType(tenantId: string, types: readonly string[]): Promise<Record<string, number>> {
    return countLiveByType(this.#pool, tenantId, types)
  }

  totals(tenantId: string): Promise<TaskTotals> {
    return readTotals(this.#pool, tenantId)
  }

  /** One transaction for each tenant. What the database cannot hold is left out, and so is what depends on it. */
  async #insertChildren(tasks: readonly NewTask[]): Promise<InsertResult[]> {
    const results = new Map<string, InsertResult>()
    for (const members of Map.groupBy(tasks, task => task.tenantId).values()) {
      const inserted = await this.#insertChildrenOf(members)
      for (const [index, task] of members.entries()) results.set(task.id, inserted[index] ?? { kind: 'refused' })
    }
    return tasks.map(task => results.get(task.id) ?? { kind: 'refused' })
  }

  async #insertChildrenOf(
    tasks: readonly NewTask[],
    refused: ReadonlySet<string> = new Set(),
  ): Promise<InsertResult[]> {
    try {
      return await this.#end(async () => {
        const { results, laneIds } = await insertChildren(this.#hot, tasks, this.#replicaId, refused)
        return { result: results, moved: laneIds.length === 0 ? null : { cancelled: 0, laneIds, dueInMs: null } }
      })
    } catch (error) {
      if (!isDataException(error) || refused.size > 0) throw error
      const payloads = tasks.map(task => task.payload)
      const unstorable = (await findUnstorable(this.#pool, payloads)).map(index => tasks[index]?.id ?? '')
      if (unstorable.length === 0) throw error
      return this.#insertChildrenOf(tasks, new Set(unstorable))
    }
  }

  /**
   * Runs what may move dependants, and tells of it after the commit. The order of locks rules deadlocks out as long as ids
   * grow from parents to children, which the clocks of two machines can break: what PostgreSQL then ends is run again.
   */
  async #end<Result>(run: () => Promise<WithDependants<Result>>, triesLeft = 3): Promise<Result> {
    try {
      const { result, moved } = await run()
      if (moved) for (const listener of this.#listeners) listener(moved)
      return result
    } catch (error) {
      if (!isDeadlock(error) || triesLeft === 0) throw error
      return this.#end(run, triesLeft - 1)
    }
  }
}

function withoutOutcome(end: LeaseEnd): LeaseEnd {
  const error = { code: 'INTERNAL', message: 'The outcome of the task could not be stored.' }
  return {
    ...end,
    attempts: [],
    events: [
      {
        schemaVersion: 1,
        type: 'task.failed',
        at: end.at,
        priority: end.task.priority,
        taskId: end.task.id,
        moduleId: null,
        instanceId: null,
        data: { type: end.task.type, attempts: end.attemptsUsed, error, reason: 'OUTCOME_NOT_STORABLE' },
      },
    ],
    next: { kind: 'end', status: 'failed', result: null, error, reason: 'OUTCOME_NOT_STORABLE' },
  }
}

function isDeadlock(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '40P01'
}
