import type { EventPublisher } from '../events/event-log.ts'
import type { ReclaimedTask } from '../queue/task-store.ts'

/** Tells each tenant that work of a lost replica was taken back, and what became of it. */
export function tellReclaimed(events: EventPublisher, tasks: readonly ReclaimedTask[]): void {
  for (const [tenantId, own] of Map.groupBy(tasks, task => task.tenantId)) {
    events.publish({
      tenantId,
      type: 'error.recovered',
      priority: 3,
      data: {
        code: 'REPLICA_LOST',
        replicas: [...new Set(own.map(task => task.formerReplicaId))],
        requeued: own.filter(task => task.outcome === 'requeued').length,
        failed: own.filter(task => task.outcome === 'failed').length,
      },
    })
  }
}
