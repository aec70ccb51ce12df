import type { TaskExplanation } from '../../contracts/explain.ts'
import type { AttemptView } from '../../contracts/tasks.ts'
import type { StoredTask } from '../queue/task-store.ts'
import { describeDuration } from '../resilience/describe-duration.ts'

/** Where a running task is, since when, and how long it may yet take by what was learned. */
export function explainRunning(
  task: StoredTask,
  current: AttemptView | null,
  known: { now: number; replicaId: string; meanMs: number | null },
): TaskExplanation {
  const { id, attemptCount, maxAttempts } = task.summary
  const { now, replicaId, meanMs } = known
  if (current === null) {
    const elsewhere = task.lease !== null && task.lease.replicaId !== replicaId
    const since = task.lease?.claimedAt ?? task.summary.startedAt ?? task.summary.createdAt
    const headline = elsewhere
      ? `Runs on replica ${task.lease?.replicaId} since ${since}; attempt ${attemptCount + 1} of ${maxAttempts}`
      : `Claimed by this replica at ${since}; it is about to call a module`
    const basis = 'unknown, because only the replica that runs it knows which module it calls'
    return { id, status: 'running', headline, constraints: [], eta: { at: null, basis } }
  }
  const sinceMs = now - Date.parse(current.dispatchedAt)
  const headline = `Runs on ${current.moduleId} (${current.instanceId}) for ${describeDuration(sinceMs)}; attempt ${current.number} of ${maxAttempts}`
  return { id, status: 'running', headline, constraints: [], eta: estimateEnd(task, current, { now, sinceMs, meanMs }) }
}

function estimateEnd(
  task: StoredTask,
  current: AttemptView,
  { now, sinceMs, meanMs }: { now: number; sinceMs: number; meanMs: number | null },
): NonNullable<TaskExplanation['eta']> {
  const limit = `it is aborted after ${describeDuration(task.timeoutMs)}`
  if (meanMs === null) {
    return { at: null, basis: `unknown, because ${current.moduleId} has no history for this type; ${limit}` }
  }
  const expectedMs = meanMs * task.estimatedComplexity
  if (sinceMs >= expectedMs) {
    return { at: null, basis: `longer than the ${describeDuration(expectedMs)} it takes on average; ${limit}` }
  }
  const at = new Date(now + expectedMs - sinceMs).toISOString()
  return { at, basis: `${current.moduleId} takes ${describeDuration(expectedMs)} on average; ${limit}` }
}

/** Why an ended task ended as it did. */
export function explainEnded(task: StoredTask): TaskExplanation {
  const { id, status, attemptCount } = task.summary
  const attempts = `${attemptCount} ${attemptCount === 1 ? 'attempt' : 'attempts'}`
  const error = task.error ? `${task.error.code}, ${withoutPeriod(task.error.message)}` : null
  const headlines: Record<string, string> = {
    succeeded: `Succeeded on ${task.summary.servedBy ?? 'a module'} after ${attempts}`,
    failed: `Failed after ${attempts}: ${error ?? 'no error was kept'}${reasonOf(task.endReason)}`,
    cancelled: `Cancelled: ${withoutPeriod(task.endReason ?? 'no reason was given')}`,
    expired: `Expired: its deadline ${task.deadline ?? ''} passed after ${attempts}`,
  }
  return { id, status, headline: headlines[status] ?? status, constraints: [], eta: null }
}

const reasons: Readonly<Record<string, string>> = {
  NOT_RETRYABLE: ' (the error is not one that is retried)',
  ATTEMPTS_USED_UP: ' (its attempts are used up)',
  TASK_TIMEOUT: ' (the total time of the task was over)',
  BUDGET_EXCEEDED: ' (its budget was used up)',
}

function reasonOf(reason: string | null): string {
  return reason === null ? '' : (reasons[reason] ?? '')
}

function withoutPeriod(text: string): string {
  return text.replace(/\.$/, '')
}
