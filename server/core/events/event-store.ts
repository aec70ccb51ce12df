import type { EventType, EventView } from '../../contracts/events.ts'
import type { EventFilter } from '../operations.ts'

/** An event with everything but its sequence number, ready to be persisted. */
export type StampedEvent = Omit<EventView, 'seq'>

/** Events of one tenant that were committed together and have been numbered. */
export interface SequencedBatch {
  tenantId: string
  events: EventView[]
}

/** Where events live. */
export interface EventStore {
  /** Commits one batch per tenant, in one transaction. */
  append(batches: readonly { tenantId: string; events: readonly StampedEvent[] }[]): Promise<void>
  /** Numbers committed batches; empty when there was nothing to number. In order. */
  sequence(maxBatches: number): Promise<SequencedBatch[]>
  /** Adds to the totals by type what was counted up to and including `countedSeq`, in one transaction. */
  addTotals(additions: readonly EventCount[], countedSeq: number): Promise<void>
  /** Numbered events after `afterSeq`, oldest first. `scannedTo` is how far was looked, also when nothing matched. */
  readAfter(
    tenantId: string,
    afterSeq: number,
    filter: EventFilter,
    limit: number,
  ): Promise<{ events: EventView[]; scannedTo: number; more: boolean }>
  /** Numbered events before `beforeSeq` (null: from the newest), newest first. */
  readBefore(
    tenantId: string,
    beforeSeq: number | null,
    filter: EventFilter,
    limit: number,
  ): Promise<{ events: EventView[]; scannedTo: number | null }>
  lastSeq(): Promise<number>
  /** Totals by type of everything ever numbered, also of what a crash left uncounted. */
  totals(tenantId: string): Promise<Record<string, number>>
}

export interface EventCount {
  tenantId: string
  type: EventType
  count: number
}
