import type { EventType, EventView } from '#server/contracts/events.ts'
import type { StampedEvent } from '#server/core/events/event-store.ts'

/** An event as it stands in `event_batch.events`; `v` is its schema version. */
interface StoredEvent {
  v: 1
  type: EventType
  at: string
  priority: number
  taskId?: string | null
  moduleId?: string | null
  instanceId?: string | null
  data?: Record<string, unknown>
}

/** One event as JSON text, the way every writer of `event_batch` puts it. */
export function serializeEvent(event: StampedEvent): string {
  const stored: StoredEvent = {
    v: 1,
    type: event.type,
    at: new Date(event.at).toISOString(),
    priority: event.priority,
    taskId: event.taskId,
    moduleId: event.moduleId,
    instanceId: event.instanceId,
    data: event.data,
  }
  return JSON.stringify(stored)
}

/** The events of one numbered batch, oldest first. */
export function parseBatch(firstSeq: number, events: string): EventView[] {
  return (JSON.parse(events) as StoredEvent[]).map((event, index) => ({
    seq: firstSeq + index,
    schemaVersion: 1,
    type: event.type,
    at: event.at,
    priority: event.priority,
    taskId: event.taskId ?? null,
    moduleId: event.moduleId ?? null,
    instanceId: event.instanceId ?? null,
    data: event.data ?? {},
  }))
}
