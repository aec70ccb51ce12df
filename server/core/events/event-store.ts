import type { EventType, EventView } from '../../contracts/events.ts'
import type { EventFilter, EventListFilter } from '../operations.ts'

/** An event with everything but its sequence number, ready to be persisted; `at` in ms since the epoch. */
export type StampedEvent = Omit<EventView, 'seq' | 'at'> & { at: number }

/** Events of one tenant that were committed together and have been numbered. Never empty. */
export interface SequencedBatch {
  tenantId: string
  events: EventView[]
}

export interface EventCount {
  tenantId: string
  type: EventType
  count: number
}

/** Where events live. Numbers run over all tenants, without gaps, and batches are numbered whole. */
export interface EventStore {
  /** Of a log that keeps nothing and hands nothing on: what is published goes no further. False when not given. */
  readonly isSilent?: boolean
  /** Commits one batch per entry, in one transaction. No batch may be empty. */
  append(batches: readonly { tenantId: string; events: readonly StampedEvent[] }[]): Promise<void>
  /** Numbers committed batches; empty when there was nothing to number. In order. */
  sequence(maxBatches: number): Promise<SequencedBatch[]>
  /** Numbered batches of all tenants that begin after `afterSeq`, in order. */
  readSequenced(afterSeq: number, maxBatches: number): Promise<SequencedBatch[]>
  /** Numbered events after `afterSeq`, oldest first. `scannedTo` is how far was looked, also when nothing matched. */
  readAfter(
    tenantId: string,
    afterSeq: number,
    filter: EventFilter,
    limit: number,
  ): Promise<{ events: EventView[]; scannedTo: number; more: boolean }>
  /**
   * Numbered events before `beforeSeq` (null: from the newest), newest first. With a range of time, those that were written
   * within five minutes of when they happened: others may be missing.
   */
  readBefore(
    tenantId: string,
    beforeSeq: number | null,
    filter: EventListFilter,
    limit: number,
  ): Promise<{ events: EventView[]; scannedTo: number | null }>
  /** The last number given, and how far the totals by type have been counted. */
  position(): Promise<{ lastSeq: number; countedSeq: number }>
  /** Totals by type, of all tenants, of everything up to `seq`; from one snapshot. */
  savedTotals(): Promise<{ seq: number; totals: EventCount[] }>
  /**
   * Adds what stands in the log after `fromSeq` up to `toSeq` to the totals, in one transaction, if they have been counted
   * exactly to `fromSeq`. Answers how far they have been counted after this; so the same call may be repeated.
   */
  addTotals(additions: readonly EventCount[], fromSeq: number, toSeq: number): Promise<number>
}
