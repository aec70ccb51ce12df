import type { PoolClient } from 'pg'
import type { SequencedBatch } from '#server/core/events/event-store.ts'
import { parseBatch } from './stored-event.ts'

interface Row {
  tenant_id: string
  first_seq: string
  events: string
}

/**
 * Numbers what was committed since the last call and adds it to the totals by type, in one transaction. The row lock on
 * `event_sequence` inside `sequence_events` makes callers take turns, so numbers follow the order of visibility.
 */
export async function sequenceEvents(client: PoolClient, maxBatches: number): Promise<SequencedBatch[]> {
  await client.query('BEGIN')
  try {
    const { rows } = await client.query<Row>({
      name: 'sequence-events',
      text: 'SELECT tenant_id, first_seq, events FROM sequence_events($1)',
      values: [maxBatches],
    })
    const batches = rows.map(row => ({
      tenantId: row.tenant_id,
      events: parseBatch(Number(row.first_seq), row.events),
    }))
    if (batches.length > 0) await addTotals(client, batches)
    await client.query('COMMIT')
    return batches
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {})
    throw error
  }
}

async function addTotals(client: PoolClient, batches: readonly SequencedBatch[]): Promise<void> {
  const counts = new Map<string, { tenantId: string; type: string; count: number }>()
  for (const { tenantId, events } of batches) {
    for (const { type } of events) {
      const key = `${tenantId} ${type}`
      const entry = counts.get(key)
      if (entry) entry.count++
      else counts.set(key, { tenantId, type, count: 1 })
    }
  }
  const totals = [...counts.values()]
  await client.query({
    name: 'add-event-totals',
    text: `
      INSERT INTO event_total (tenant_id, type, count)
      SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])
      ON CONFLICT (tenant_id, type) DO UPDATE SET count = event_total.count + excluded.count`,
    values: [totals.map(t => t.tenantId), totals.map(t => t.type), totals.map(t => t.count)],
  })
}
