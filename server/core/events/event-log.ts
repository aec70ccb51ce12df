import type { EventView } from '../../contracts/events.ts'
import type { NewEvent } from '../operations.ts'

/** How the core publishes. Publishing never throws and never waits; the event is persisted within milliseconds. */
export interface EventPublisher {
  publish(event: NewEvent): void
  /** Something else committed events in its own transaction: have them sequenced and delivered now. */
  wake(): void
}

/** In-process subscriptions to sequenced events, in order. */
export interface EventSubscriber {
  /** A listener that throws is logged and counted; it harms nobody else. Returns how to stop. */
  subscribe(pattern: string, listener: (event: EventView & { tenantId: string }) => void): () => void
}
