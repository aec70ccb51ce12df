import type { EventPublisher } from '../events/event-log.ts'
import type { Logger } from '../shared/logger.ts'

const idsTold = 20

/** Tells each tenant of blocked tasks that would have waited for ever; only a fault can cause that, so the log has it too. */
export function tellRepaired(
  events: EventPublisher,
  logger: Logger,
  tasks: readonly { tenantId: string; id: string }[],
): void {
  logger.warn({ taskIds: tasks.map(task => task.id) }, 'blocked tasks that nothing would have moved were put right')
  for (const [tenantId, own] of Map.groupBy(tasks, task => task.tenantId)) {
    const taskIds = own.slice(0, idsTold).map(task => task.id)
    events.publish({
      tenantId,
      type: 'error.recovered',
      priority: 3,
      data: { code: 'TASKS_STUCK', tasks: own.length, taskIds },
    })
  }
  events.wake()
}
