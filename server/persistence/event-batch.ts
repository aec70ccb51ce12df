import type { NewEvent } from '#server/core/operations.ts'
import type { Prisma } from './generated/client.ts'
import { serializeEvent } from './sql/events/stored-event.ts'

/**
 * Commits events of one tenant with the change they tell of. They get their sequence numbers after the commit: call
 * `EventPublisher.wake` then. No events, no row.
 */
export async function insertEventBatch(
  tx: Prisma.TransactionClient,
  tenantId: string,
  events: readonly Omit<NewEvent, 'tenantId'>[],
  at: number,
): Promise<void> {
  if (events.length === 0) return
  const stamped = events.map(event =>
    serializeEvent({
      schemaVersion: 1,
      type: event.type,
      at,
      priority: event.priority ?? 5,
      taskId: event.taskId ?? null,
      moduleId: event.moduleId ?? null,
      instanceId: event.instanceId ?? null,
      data: event.data ?? {},
    }),
  )
  await tx.eventBatch.create({
    data: {
      tenantId,
      count: events.length,
      types: [...new Set(events.map(event => event.type))],
      events: `[${stamped.join(',')}]`,
    },
    select: { id: true },
  })
}
