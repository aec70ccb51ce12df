import type { TaskStatus } from '../../contracts/tasks.ts'

export type EndStatus = 'succeeded' | 'failed' | 'cancelled' | 'expired'
export type WaitReason = 'not_before' | 'retry' | 'busy' | 'parents'

/** Which status may follow which. `task.retry` makes a new task; nothing leaves an end status. */
const transitions: Record<TaskStatus, readonly TaskStatus[]> = {
  blocked: ['ready', 'scheduled', 'cancelled', 'expired'],
  scheduled: ['ready', 'cancelled', 'expired'],
  ready: ['running', 'cancelled', 'expired'],
  running: ['succeeded', 'failed', 'cancelled', 'expired', 'scheduled', 'ready'],
  succeeded: [],
  failed: [],
  cancelled: [],
  expired: [],
}

export function canBecome(from: TaskStatus, to: TaskStatus): boolean {
  return transitions[from].includes(to)
}

export function isEnded(status: TaskStatus): status is EndStatus {
  return transitions[status].length === 0
}

/** Whether it stands in a queue: accepted, not running, not ended. */
export function isQueued(status: TaskStatus): boolean {
  return status === 'ready' || status === 'scheduled' || status === 'blocked'
}
