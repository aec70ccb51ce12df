import type { TaskError } from '../../contracts/tasks.ts'

/** Why a call was ended that its module did not end. */
export const cancelled: TaskError = { code: 'CANCELLED', message: 'The task was cancelled while it ran.' }
export const deadlinePassed: TaskError = {
  code: 'DEADLINE_PASSED',
  message: 'The deadline passed before it could be finished.',
}
export const totalTimeOver: TaskError = { code: 'TASK_TIMEOUT', message: 'The total time of the task was over.' }

/** It had to make room for an urgent task. */
export function gaveWay(by: { taskId: string; priority: number }): TaskError {
  return { code: 'PREEMPTED', message: `It gave way to task ${by.taskId} of priority ${by.priority}.` }
}
