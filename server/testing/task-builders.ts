import { rankOf } from '#server/core/queue/priority.ts'
import type {
  AttemptRecord,
  ClaimedTask,
  LeaseEnd,
  NewTask,
  NextStep,
  TaskStore,
} from '#server/core/queue/task-store.ts'

const tenantId = 'default'

/** A task as a store takes it: accepted now, without limits, unless told otherwise. */
export function newTask(id: string, laneId: number, type: string, change: Partial<NewTask> = {}): NewTask {
  const acceptedAt = Date.now()
  const runAt = change.runAt ?? null
  return {
    tenantId,
    id,
    laneId,
    type,
    pinnedModuleId: null,
    priority: 5,
    score: 2,
    rank: rankOf(acceptedAt, 2),
    runAt,
    deadline: null,
    totalTimeoutMs: null,
    traceparent: null,
    timeoutMs: 30_000,
    maxAttempts: 4,
    complexity: 1,
    costBudgetUsd: null,
    idempotencyKey: null,
    bodyHash: null,
    submittedBy: 'test',
    retryOf: null,
    dependsOn: [],
    remake: null,
    acceptedAt,
    payload: 'null',
    payloadBytes: 4,
    event: {
      schemaVersion: 1,
      type: runAt === null ? 'task.ready' : 'task.scheduled',
      at: acceptedAt,
      priority: 5,
      taskId: id,
      moduleId: null,
      instanceId: null,
      data: { type },
    },
    ...change,
  }
}

/** The record of an attempt on instance `i` of module `m`. */
export function attempt(number: number, outcome: AttemptRecord['outcome']): AttemptRecord {
  const at = Date.now()
  return {
    number,
    moduleId: 'm',
    instanceId: 'i',
    outcome,
    error: null,
    dispatchedAt: at,
    endedAt: at,
    costUsd: 0,
    decision: null,
  }
}

/** A task ends well, with this JSON text as its result. */
export function succeeded(result: string): NextStep {
  return { kind: 'end', status: 'succeeded', result, error: null, reason: null }
}

/** How a lease ends, after these attempts. Fails when nothing was claimed. */
export function leaseEnd(task: ClaimedTask | undefined, next: NextStep, attempts: AttemptRecord[] = []): LeaseEnd {
  if (!task) throw new Error('nothing was claimed')
  const at = Date.now()
  const attemptsUsed = attempts.at(-1)?.number ?? task.attempts
  return { task, attempts, attemptsUsed, startedAt: attempts.length > 0 ? at : task.startedAt, at, next, events: [] }
}

/** Claims from one lane alone. */
export function claim(store: TaskStore, laneId: number, slots: number, replicaId: string): Promise<ClaimedTask[]> {
  return store.claim([{ laneId, slots }], slots, replicaId)
}
