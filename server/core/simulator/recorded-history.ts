import type { Resources } from '../../contracts/resources.ts'
import type { TaskStatus } from '../../contracts/tasks.ts'
import type { AttemptRecord } from '../queue/task-store.ts'

/** One call of a recorded task. Times in ms since the epoch. */
export interface RecordedAttempt {
  moduleId: string
  instanceId: string
  outcome: AttemptRecord['outcome']
  errorCode: string | null
  /** When the task last came into the queue before it. */
  enqueuedAt: number
  dispatchedAt: number
  endedAt: number
  /** Calls in flight on the chosen instance when it was chosen; null when the decision does not say. */
  inFlight: number | null
}

/** A task that was accepted within the recorded window, and what became of it. Times in ms since the epoch. */
export interface RecordedTask {
  type: string
  priority: number
  pinnedModuleId: string | null
  acceptedAt: number
  runAt: number | null
  deadline: number | null
  timeoutMs: number
  totalTimeoutMs: number | null
  maxAttempts: number
  complexity: number
  resources: Resources
  costBudgetUsd: number | null
  /** Places in the history of the tasks that had to succeed first; each before its own. */
  parents: readonly number[]
  attempts: readonly RecordedAttempt[]
  status: TaskStatus
  /** Null while it had not ended. */
  finishedAt: number | null
  /** When somebody cancelled it; null when nobody did. */
  cancelledAt: number | null
  /** Why it ended, when that was kept. */
  endReason: string | null
}

/** What was recorded of one tenant in a window of time; tasks in the order in which they were accepted. */
export interface RecordedHistory {
  tenantId: string
  /** Milliseconds since the epoch; `to` is not included. */
  from: number
  to: number
  tasks: readonly RecordedTask[]
  /** Minutes of the window that are in it, and how many there are; fewer when there was more than could be read. */
  sampling: { minutes: number; of: number }
}
