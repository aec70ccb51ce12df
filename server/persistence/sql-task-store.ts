import { DatabaseError, type Pool } from 'pg'
import type { Page } from '#server/contracts/common.ts'
import type { ListTasks, TaskSummary } from '#server/contracts/tasks.ts'
import type {
  ClaimedTask,
  ClaimLane,
  HeldLease,
  InsertResult,
  Lane,
  LeaseEnd,
  LiveTotals,
  NewTask,
  QueueCounts,
  QueuePlace,
  ReclaimedTask,
  SpendQuery,
  SpendRow,
  StoredTask,
  TaskStore,
  TaskTotals,
} from '#server/core/queue/task-store.ts'
import { type CancelResult, cancelTask } from './sql/tasks/cancel-task.ts'
import { claimTasks } from './sql/tasks/claim-tasks.ts'
import { countAhead } from './sql/tasks/count-ahead.ts'
import { countTasks, readTotals } from './sql/tasks/count-tasks.ts'
import { expireOverdue } from './sql/tasks/expire-overdue.ts'
import { finishLeases } from './sql/tasks/finish-leases.ts'
import { getTask } from './sql/tasks/get-task.ts'
import { insertTasks } from './sql/tasks/insert-tasks.ts'
import { ensureLane, readLanes } from './sql/tasks/lanes.ts'
import { leasedTasks } from './sql/tasks/leased-tasks.ts'
import { leasesOf } from './sql/tasks/leases-of.ts'
import { listTasks } from './sql/tasks/list-tasks.ts'
import { countLiveByType, readLiveTotals, recountLive } from './sql/tasks/live-totals.ts'
import { promoteDue } from './sql/tasks/promote-due.ts'
import { readSpend } from './sql/tasks/read-spend.ts'
import { reclaimLeases } from './sql/tasks/reclaim-leases.ts'

/** The task store in PostgreSQL. `hot` serves the dispatch path alone; `pool` everything people look at. */
export class SqlTaskStore implements TaskStore {
  readonly #hot: Pool
  readonly #pool: Pool
  readonly #replicaId: string

  constructor(options: { hot: Pool; pool: Pool; replicaId: string }) {
    this.#hot = options.hot
    this.#pool = options.pool
    this.#replicaId = options.replicaId
  }

  lanes(): Promise<Lane[]> {
    return readLanes(this.#pool)
  }

  ensureLane(tenantId: string, taskType: string, pinnedModuleId: string | null): Promise<Lane> {
    return ensureLane(this.#pool, tenantId, taskType, pinnedModuleId)
  }

  /** A task that the database refuses is found by halving its batch, so that the others are committed all the same. */
  async insert(tasks: readonly NewTask[]): Promise<InsertResult[]> {
    try {
      return await insertTasks(this.#hot, tasks, this.#replicaId)
    } catch (error) {
      if (!isDataException(error)) throw error
      if (tasks.length <= 1) return tasks.map(() => ({ kind: 'refused' }))
      const half = tasks.length >>> 1
      return [...(await this.insert(tasks.slice(0, half))), ...(await this.insert(tasks.slice(half)))]
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
      return await finishLeases(this.#hot, ends, replicaId)
    } catch (error) {
      if (!isDataException(error)) throw error
      const [only] = ends
      if (only && ends.length === 1) return finishLeases(this.#hot, [withoutOutcome(only)], replicaId)
      const half = ends.length >>> 1
      return [
        ...(await this.finish(ends.slice(0, half), replicaId)),
        ...(await this.finish(ends.slice(half), replicaId)),
      ]
    }
  }

  promoteDue(limit: number): Promise<{ promoted: number; lanes: number[]; nextDueInMs: number | null }> {
    return promoteDue(this.#hot, limit)
  }

  expireOverdue(limit: number, replicaId: string): Promise<number> {
    return expireOverdue(this.#hot, limit, replicaId)
  }

  cancel(tenantId: string, id: string, reason: string, replicaId: string): Promise<CancelResult | null> {
    return cancelTask(this.#hot, tenantId, id, reason, replicaId)
  }

  reclaim(deadAfterMs: number, alsoOf: string | null): Promise<ReclaimedTask[]> {
    return reclaimLeases(this.#hot, deadAfterMs, alsoOf, this.#replicaId)
  }

  get(tenantId: string, id: string): Promise<StoredTask | null> {
    return getTask(this.#pool, tenantId, id)
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
        at: new Date(end.at).toISOString(),
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

/** SQLSTATE class 22: what was sent cannot be represented. */
function isDataException(error: unknown): boolean {
  return error instanceof DatabaseError && error.code?.startsWith('22') === true
}
