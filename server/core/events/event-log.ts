import type { EventView } from '../../contracts/events.ts'
import type { NewEvent } from '../operations.ts'
import type { StampedEvent } from './event-store.ts'

/** How the core publishes. Publishing never throws and never waits; the event is persisted within milliseconds. */
export interface EventPublisher {
  publish(event: NewEvent): PublishedEvent
  /** Something else committed events in its own transaction: have them sequenced and delivered now. */
  wake(): void
}

/** An event that was just published. */
export interface PublishedEvent {
  /**
   * Takes the event back as long as it is not being written, for whoever will commit it together with what followed from it,
   * and so in order. Null when it is too late.
   */
  withdraw(): StampedEvent | null
}

/** In-process subscriptions to sequenced events, in order. */
export interface EventSubscriber {
  /** A listener that throws is logged and counted; it harms nobody else. Returns how to stop. */
  subscribe(pattern: string, listener: (event: EventView & { tenantId: string }) => void): () => void
}
