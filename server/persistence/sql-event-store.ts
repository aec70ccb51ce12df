import type { Pool } from 'pg'
import { type EventView, eventTypes } from '#server/contracts/events.ts'
import { matchesFilter, matchesListFilter, matchesPattern } from '#server/core/events/event-filter.ts'
import type { EventCount, EventStore, SequencedBatch, StampedEvent } from '#server/core/events/event-store.ts'
import type { EventFilter, EventListFilter } from '#server/core/operations.ts'
import { appendEvents } from './sql/events/append-events.ts'
import { addEventTotals, readEventTotals } from './sql/events/event-totals.ts'
import { findBatchRange } from './sql/events/find-batch-range.ts'
import { readBatchesAfter, readBatchesBefore } from './sql/events/read-events.ts'
import { readSequencedBatches, sequenceEvents } from './sql/events/sequence-events.ts'
import { parseBatch } from './sql/events/stored-event.ts'

const batchesPerRead = 200
/** A filtered page looks at this many batches at most, so that a rare type cannot make one call read the whole log. */
const maxReadsPerPage = 25

/** The event log in PostgreSQL. */
export class SqlEventStore implements EventStore {
  readonly #pool: Pool

  constructor(pool: Pool) {
    this.#pool = pool
  }

  append(batches: readonly { tenantId: string; events: readonly StampedEvent[] }[]): Promise<void> {
    return appendEvents(this.#pool, batches)
  }

  sequence(maxBatches: number): Promise<SequencedBatch[]> {
    return sequenceEvents(this.#pool, maxBatches)
  }

  readSequenced(afterSeq: number, maxBatches: number): Promise<SequencedBatch[]> {
    return readSequencedBatches(this.#pool, afterSeq, maxBatches)
  }

  async readAfter(
    tenantId: string,
    afterSeq: number,
    filter: EventFilter,
    limit: number,
  ): Promise<{ events: EventView[]; scannedTo: number; more: boolean }> {
    const found: EventView[] = []
    let scannedTo = afterSeq
    for (let read = 0; read < maxReadsPerPage; read++) {
      const rows = await readBatchesAfter(this.#pool, tenantId, scannedTo, batchesPerRead)
      for (const row of rows) {
        for (const event of parseBatch(Number(row.first_seq), row.events)) {
          if (event.seq <= scannedTo) continue
          if (found.length >= limit) return { events: found, scannedTo, more: true }
          scannedTo = event.seq
          if (matchesFilter(filter, event)) found.push(event)
        }
      }
      if (rows.length < batchesPerRead) return { events: found, scannedTo, more: false }
    }
    return { events: found, scannedTo, more: true }
  }

  async readBefore(
    tenantId: string,
    beforeSeq: number | null,
    filter: EventListFilter,
    limit: number,
  ): Promise<{ events: EventView[]; scannedTo: number | null }> {
    const found: EventView[] = []
    const types = filter.types ? eventTypes.filter(type => filter.types?.some(p => matchesPattern(p, type))) : null
    const range = await findBatchRange(this.#pool, filter)
    if (range === null) return { events: [], scannedTo: null }
    let cursor = earlierOf(beforeSeq, range.toSeq)
    for (let read = 0; read < maxReadsPerPage; read++) {
      const rows = await readBatchesBefore(this.#pool, tenantId, { ...range, toSeq: cursor }, types, batchesPerRead)
      for (const row of rows) {
        for (const event of parseBatch(Number(row.first_seq), row.events).reverse()) {
          if (beforeSeq !== null && event.seq >= beforeSeq) continue
          if (found.length >= limit) return { events: found, scannedTo: cursor }
          cursor = event.seq
          if (matchesListFilter(filter, event)) found.push(event)
        }
      }
      if (rows.length < batchesPerRead) return { events: found, scannedTo: null }
    }
    return { events: found, scannedTo: cursor }
  }

  async position(): Promise<{ lastSeq: number; countedSeq: number }> {
    const { rows } = await this.#pool.query<{ last_seq: string; counted_seq: string }>(
      'SELECT last_seq, counted_seq FROM event_sequence',
    )
    return { lastSeq: Number(rows[0]?.last_seq ?? 0), countedSeq: Number(rows[0]?.counted_seq ?? 0) }
  }

  savedTotals(): Promise<{ seq: number; totals: EventCount[] }> {
    return readEventTotals(this.#pool)
  }

  addTotals(additions: readonly EventCount[], fromSeq: number, toSeq: number): Promise<number> {
    return addEventTotals(this.#pool, additions, fromSeq, toSeq)
  }
}

function earlierOf(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other)
}
