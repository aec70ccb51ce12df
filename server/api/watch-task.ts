import type { TaskView } from '../contracts/tasks.ts'
import type { Operations } from '../core/operations.ts'

/**
 * The task now, and again after events of it when it has changed. Events are listened to before the task is first read, so that
 * nothing falls between. Throws TASK_NOT_FOUND.
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
  let nextEvent = events.next()
  try {
    for (let shown = ''; ; ) {
      const task = await operations.tasks.get(tenantId, id)
      const text = JSON.stringify(task)
      if (text !== shown) yield task
      shown = text
      if ((await nextEvent).done === true) return
      nextEvent = events.next()
    }
  } finally {
    stop.abort()
    nextEvent.catch(() => {})
  }
}
