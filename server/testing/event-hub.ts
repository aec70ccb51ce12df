import type { EventType, EventView } from '#server/contracts/events.ts'
import { matchesPattern } from '#server/core/events/event-filter.ts'
import type { EventPublisher, EventSubscriber, PublishedEvent } from '#server/core/events/event-log.ts'
import type { NewEvent } from '#server/core/operations.ts'

type Delivered = EventView & { tenantId: string }

/** Events in memory: what is published is kept, what is told is delivered at once. */
export class EventHub implements EventPublisher, EventSubscriber {
  readonly published: NewEvent[] = []
  readonly #subscriptions = new Set<{ pattern: string; listener: (event: Delivered) => void }>()
  #seq = 0

  publish(event: NewEvent): PublishedEvent {
    this.published.push(event)
    return { withdraw: () => null }
  }

  wake(): void {}

  subscribe(pattern: string, listener: (event: Delivered) => void): () => void {
    const subscription = { pattern, listener }
    this.#subscriptions.add(subscription)
    return () => this.#subscriptions.delete(subscription)
  }

  /** Delivers an event as the bus would. */
  tell(type: EventType, taskId: string | null = null, data: Record<string, unknown> = {}): void {
    const at = '2026-01-01T00:00:00.000Z'
    const ids = { taskId, moduleId: null, instanceId: null, tenantId: 'default' }
    const event: Delivered = { seq: ++this.#seq, schemaVersion: 1, type, at, priority: 5, data, ...ids }
    for (const { pattern, listener } of this.#subscriptions) if (matchesPattern(pattern, type)) listener(event)
  }
}
