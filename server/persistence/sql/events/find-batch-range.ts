import type { Pool } from 'pg'

/** Numbers between which batches begin; null leaves an end open. */
export interface BatchRange {
  fromSeq: number | null
  /** Not included. */
  toSeq: number | null
}

/** Batches are written milliseconds after what they tell of, and numbered soon after; clocks and a stall are allowed this. */
const slack = '5 minutes'
/** Those written at about the same time may be numbered in another order. */
const neighbours = 100

/**
 * Where in the log the batches stand that may hold events of a range of time; both ends are found by the primary key, whose
 * order in time is nearly that of the numbers. Null when nothing was written within the range. Numbers run over all tenants.
 */
export async function findBatchRange(
  pool: Pool,
  { from, to }: { from?: string | undefined; to?: string | undefined },
): Promise<BatchRange | null> {
  if (from === undefined && to === undefined) return { fromSeq: null, toSeq: null }
  const { rows } = await pool.query<{ from_seq: string | null; to_seq: string | null }>({
    name: 'find-batch-range',
    text: `
      SELECT
        (SELECT min(first_seq) FROM (
           SELECT first_seq FROM event_batch
           WHERE written_at >= coalesce($1::timestamptz - $3::interval, '-infinity') AND first_seq IS NOT NULL
           ORDER BY written_at LIMIT $4) first) AS from_seq,
        (SELECT max(first_seq) + 1 FROM (
           SELECT first_seq FROM event_batch
           WHERE written_at < coalesce($2::timestamptz + $3::interval, 'infinity') AND first_seq IS NOT NULL
           ORDER BY written_at DESC LIMIT $4) last) AS to_seq`,
    values: [from ?? null, to ?? null, slack, neighbours],
  })
  const found = rows[0]
  if (!found || found.from_seq === null || found.to_seq === null) return null
  return { fromSeq: Number(found.from_seq), toSeq: to === undefined ? null : Number(found.to_seq) }
}
