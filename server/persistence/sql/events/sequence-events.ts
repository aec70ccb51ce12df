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
  return rows.map(toBatch)
}

/** Numbered batches of all tenants that begin after `afterSeq`, in order. */
export async function readSequencedBatches(
  pool: Pool,
  afterSeq: number,
  maxBatches: number,
): Promise<SequencedBatch[]> {
  const { rows } = await pool.query<Row>({
    name: 'read-sequenced',
    text: 'SELECT tenant_id, first_seq, events FROM event_batch WHERE first_seq > $1 ORDER BY first_seq LIMIT $2',
    values: [afterSeq, maxBatches],
  })
  return rows.map(toBatch)
}

function toBatch(row: Row): SequencedBatch {
  return { tenantId: row.tenant_id, events: parseBatch(Number(row.first_seq), row.events) }
}
