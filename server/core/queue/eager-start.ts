import type { ClaimedTask, InsertResult, NewTask, TaskStore } from './task-store.ts'

/** Tasks that are leased by the very statement that inserts them, and the replica that gets them. */
export interface EagerStart {
  replicaId: string
  tasks: ReadonlySet<NewTask>
}

/** The lease that a task got when it was inserted. */
export interface EagerLease {
  leaseNo: number
  claimedAt: number
}

/** Who runs tasks, as far as taking them in needs to know. */
export interface EagerStarter {
  /**
   * Of tasks that are about to be inserted, those that this replica would claim at once if they were queued. It keeps room for
   * them until it is told by `settle`, which must follow.
   */
  reserve(tasks: readonly NewTask[]): EagerStart
  /** The insert has ended: starts what got a lease. `results` are null when nothing is known of it. */
  settle(start: EagerStart, tasks: readonly NewTask[], results: readonly InsertResult[] | null): void
}

/**
 * Inserts tasks, and starts those at once that nothing stands before: they skip the queue, one statement and its round trip.
 * (Temporal calls the same an eager start.) Rejects as the store does.
 */
export async function insertEagerly(
  store: Pick<TaskStore, 'insert'>,
  starter: EagerStarter,
  tasks: readonly NewTask[],
): Promise<InsertResult[]> {
  const start = starter.reserve(tasks)
  let results: InsertResult[] | null = null
  try {
    results = await store.insert(tasks, start)
    return results
  } finally {
    starter.settle(start, tasks, results)
  }
}

/** Whether a task may run as soon as it is accepted, if there is room. */
export function mayStartAtOnce({ runAt, dependsOn }: NewTask): boolean {
  return runAt === null && dependsOn.length === 0
}

/** A task under its first lease, as a claim would have answered it. */
export function toClaimedTask(task: NewTask, { leaseNo, claimedAt }: EagerLease): ClaimedTask {
  return {
    tenantId: task.tenantId,
    id: task.id,
    laneId: task.laneId,
    type: task.type,
    pinnedModuleId: task.pinnedModuleId,
    priority: task.priority,
    deadline: task.deadline,
    timeoutMs: task.timeoutMs,
    totalTimeoutMs: task.totalTimeoutMs,
    maxAttempts: task.maxAttempts,
    complexity: task.complexity,
    costBudgetUsd: task.costBudgetUsd,
    spentUsd: 0,
    submittedBy: task.submittedBy,
    retryOf: task.retryOf,
    traceparent: task.traceparent,
    payload: JSON.parse(task.payload),
    payloadBytes: task.payloadBytes,
    checkpoint: null,
    rank: task.rank,
    leaseNo,
    attempts: 0,
    enqueuedAt: claimedAt,
    claimedAt,
    startedAt: null,
  }
}
