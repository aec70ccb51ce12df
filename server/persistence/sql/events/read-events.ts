import type { Pool } from 'pg'
import type { BatchRange } from './find-batch-range.ts'

/** Rows of `event_batch` as they are read; a batch is the unit of reading, its events are filtered by the caller. */
export interface BatchRow {
  first_seq: string
  count: number
  events: string
}

/** Numbered batches that hold events after `afterSeq`, oldest first. */
export async function readBatchesAfter(
  pool: Pool,
  tenantId: string,
  afterSeq: number,
  maxBatches: number,
): Promise<BatchRow[]> {
  // The batch that holds `afterSeq` itself may hold later events too.
  const { rows } = await pool.query<BatchRow>({
    name: 'read-batches-after',
    text: `
      SELECT first_seq, count, events FROM event_batch
      WHERE first_seq >= coalesce(
          (SELECT e.first_seq FROM event_batch e WHERE e.first_seq <= $2 ORDER BY e.first_seq DESC LIMIT 1), 0)
        AND first_seq + count - 1 > $2 AND tenant_id = $1
      ORDER BY first_seq LIMIT $3`,
    values: [tenantId, afterSeq, maxBatches],
  })
  return rows
}

/** Numbered batches that begin from `fromSeq` on and before `toSeq` (null: open), newest first. */
export async function readBatchesBefore(
  pool: Pool,
  tenantId: string,
  { fromSeq, toSeq }: BatchRange,
  types: readonly string[] | null,
  maxBatches: number,
): Promise<BatchRow[]> {
  const { rows } = await pool.query<BatchRow>({
    name: 'read-batches-before',
    text: `
      SELECT first_seq, count, events FROM event_batch
      WHERE first_seq >= $2 AND ($3::bigint IS NULL OR first_seq < $3) AND tenant_id = $1
        AND ($4::text[] IS NULL OR types && $4)
      ORDER BY first_seq DESC LIMIT $5`,
    values: [tenantId, fromSeq ?? 0, toSeq, types, maxBatches],
  })
  return rows
}
