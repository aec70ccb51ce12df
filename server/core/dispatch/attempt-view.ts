import type { AttemptView } from '../../contracts/tasks.ts'
import type { ClaimedTask } from '../queue/task-store.ts'
import type { Attempt } from './lease-record.ts'

/** An attempt under way as it is shown. */
export function viewOfAttempt(task: ClaimedTask, { route, number, dispatchedAt }: Attempt): AttemptView {
  const iso = (ms: number) => new Date(ms).toISOString()
  return {
    number,
    moduleId: route.module.id,
    instanceId: route.instance.id,
    outcome: 'running',
    error: null,
    enqueuedAt: iso(task.enqueuedAt),
    claimedAt: iso(task.claimedAt),
    dispatchedAt: iso(dispatchedAt),
    endedAt: null,
    costUsd: 0,
    decision: route.decision,
  }
}
