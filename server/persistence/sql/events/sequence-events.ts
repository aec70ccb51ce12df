import type { Pool } from 'pg'
import type { SequencedBatch } from '#server/core/events/event-store.ts'
import { parseBatch } from './stored-event.ts'

interface Row {
  tenant_id: string
  first_seq: string
  events: string
}

/**
 * Numbers what was committed since the last call. The row lock on `event_sequence` inside `sequence_events` makes callers
 * take turns, so numbers follow the order of visibility.
 */
export async function sequenceEvents(pool: Pool, maxBatches: number): Promise<SequencedBatch[]> {
  const { rows } = await pool.query<Row>({
    name: 'sequence-events',
    text: 'SELECT tenant_id, first_seq, events FROM sequence_events($1)',
    values: [maxBatches],
  })
  return rows.map(row => ({ tenantId: row.tenant_id, events: parseBatch(Number(row.first_seq), row.events) }))
}
