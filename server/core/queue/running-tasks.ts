import type { AttemptView, TaskProgress } from '../../contracts/tasks.ts'
import type { AttemptRecord, ClaimedTask } from './task-store.ts'

/** Why a running task is stopped from outside. */
export type StopReason =
  | { kind: 'cancelled'; reason: string }
  | { kind: 'shutdown' }
  /** What it runs on was taken out of service, and its time to finish is over; it goes back into the queue. */
  | { kind: 'drained' }
  /** Urgent work needs its slot; it goes back into the queue with its checkpoint. */
  | { kind: 'preempted'; by: { taskId: string; priority: number } }

/** A task that runs on this replica now. */
export interface RunningTask {
  readonly task: ClaimedTask
  /** The attempt under way; null between two of them. */
  readonly current: AttemptView | null
  /** What the attempt under way last said of itself. */
  readonly progress: TaskProgress | null
  /** Attempts under this lease that have ended; they are stored when the lease ends. */
  readonly endedAttempts: readonly AttemptRecord[]
}

/** The tasks that run on this replica now. */
export interface RunningTasks {
  find(taskId: string): RunningTask | undefined
  /** Stops a task that runs here. Answers whether it does. */
  stopTask(taskId: string, reason: StopReason): boolean
}
