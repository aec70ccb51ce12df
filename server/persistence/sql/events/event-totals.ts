import type { Pool } from 'pg'
import type { EventCount } from '#server/core/events/event-store.ts'
import { readBatchesAfter } from './read-events.ts'
import { parseBatch } from './stored-event.ts'

const batchesPerRead = 200

/** Adds counts and notes how far was counted, in one statement: a crash can neither lose nor double them. */
export async function addEventTotals(pool: Pool, additions: readonly EventCount[], countedSeq: number): Promise<void> {
  await pool.query({
    name: 'add-event-totals',
    text: `
      WITH noted AS (
        UPDATE event_sequence SET counted_seq = $4 WHERE counted_seq < $4 RETURNING 1
      )
      INSERT INTO event_total (tenant_id, type, count)
      SELECT added.* FROM unnest($1::text[], $2::text[], $3::bigint[]) AS added, noted
      ON CONFLICT (tenant_id, type) DO UPDATE SET count = event_total.count + excluded.count`,
    values: [
      additions.map(addition => addition.tenantId),
      additions.map(addition => addition.type),
      additions.map(addition => addition.count),
      countedSeq,
    ],
  })
}

/** Totals by type: what was counted, and what stands in the log behind it. */
export async function readEventTotals(pool: Pool, tenantId: string): Promise<Record<string, number>> {
  const { rows } = await pool.query<{ type: string; count: string }>(
    'SELECT type, count FROM event_total WHERE tenant_id = $1',
    [tenantId],
  )
  const totals = new Map(rows.map(row => [row.type, Number(row.count)]))
  const { rows: sequence } = await pool.query<{ counted_seq: string }>('SELECT counted_seq FROM event_sequence')
  let after = Number(sequence[0]?.counted_seq ?? 0)
  for (;;) {
    const batches = await readBatchesAfter(pool, tenantId, after, batchesPerRead)
    for (const batch of batches) {
      for (const event of parseBatch(Number(batch.first_seq), batch.events)) {
        if (event.seq <= after) continue
        after = event.seq
        totals.set(event.type, (totals.get(event.type) ?? 0) + 1)
      }
    }
    if (batches.length < batchesPerRead) return Object.fromEntries(totals)
  }
}
