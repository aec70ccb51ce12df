import type { TaskView } from '../contracts/tasks.ts'
import type { Operations } from '../core/operations.ts'

/**
 * The task now, and again after every event of it. Events are listened to before the task is first read, so that nothing
 * falls between. Throws TASK_NOT_FOUND.
 */
export async function* watchTask(
  operations: Operations,
  tenantId: string,
  id: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<TaskView> {
  const stop = new AbortController()
  const events = operations.events
    .follow(tenantId, { taskId: id }, null, signal ? AbortSignal.any([signal, stop.signal]) : stop.signal)
    [Symbol.asyncIterator]()
  try {
    let next = events.next()
    let shown = ''
    for (;;) {
      const task = await operations.tasks.get(tenantId, id)
      const text = JSON.stringify(task)
      if (text !== shown) yield task
      shown = text
      if ((await next).done === true) return
      next = events.next()
    }
  } finally {
    stop.abort()
  }
}
