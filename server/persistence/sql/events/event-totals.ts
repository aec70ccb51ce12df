import type { Pool } from 'pg'
import type { EventCount } from '#server/core/events/event-store.ts'

/**
 * Adds counts and notes how far was counted, in one statement, and only when it goes on exactly where the last one ended: so
 * neither a crash nor a repeated call can lose or double them. Answers how far has been counted after it.
 */
export async function addEventTotals(
  pool: Pool,
  additions: readonly EventCount[],
  fromSeq: number,
  toSeq: number,
): Promise<number> {
  const { rows } = await pool.query<{ counted_seq: string }>({
    name: 'add-event-totals',
    text: `
      WITH noted AS (
        UPDATE event_sequence SET counted_seq = $5 WHERE counted_seq = $4 RETURNING counted_seq
      ), added AS (
        INSERT INTO event_total (tenant_id, type, count)
        SELECT addition.* FROM unnest($1::text[], $2::text[], $3::bigint[]) AS addition, noted
        ON CONFLICT (tenant_id, type) DO UPDATE SET count = event_total.count + excluded.count
      )
      SELECT coalesce((SELECT counted_seq FROM noted), s.counted_seq) AS counted_seq FROM event_sequence s`,
    values: [
      additions.map(addition => addition.tenantId),
      additions.map(addition => addition.type),
      additions.map(addition => addition.count),
      fromSeq,
      toSeq,
    ],
  })
  return Number(rows[0]?.counted_seq ?? 0)
}

/** Totals by type of all tenants, and how far they have been counted, from one snapshot. */
export async function readEventTotals(pool: Pool): Promise<{ seq: number; totals: EventCount[] }> {
  const { rows } = await pool.query<{ counted_seq: string; totals: EventCount[] }>({
    name: 'read-event-totals',
    text: `
      SELECT counted_seq, coalesce((
        SELECT json_agg(json_build_object('tenantId', tenant_id, 'type', type, 'count', count)) FROM event_total), '[]') AS totals
      FROM event_sequence`,
  })
  return { seq: Number(rows[0]?.counted_seq ?? 0), totals: rows[0]?.totals ?? [] }
}
