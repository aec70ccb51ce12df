import type { Pool } from 'pg'
import type { LiveTotals } from '#server/core/queue/task-store.ts'

/** Accepted less ended, by the totals that every transaction adds to: a few rows per tenant, however many tasks wait. */
const totalsSql = `
  SELECT coalesce(sum(accepted - succeeded - failed - cancelled - expired), 0)::float8 AS count,
         coalesce(sum(live_bytes), 0)::float8 AS bytes,
         coalesce(sum(succeeded + failed + cancelled + expired), 0)::float8 AS ended
  FROM task_total`

export async function readLiveTotals(pool: Pool): Promise<LiveTotals> {
  const { rows } = await pool.query<LiveTotals>({ name: 'read-live-totals', text: totalsSql })
  return rows[0] ?? { count: 0, bytes: 0, ended: 0 }
}

/** Counts the tables themselves, and reads the totals, in one snapshot. */
export async function recountLive(
  pool: Pool,
): Promise<{ counted: { count: number; bytes: number }; totals: LiveTotals }> {
  const { rows } = await pool.query<LiveTotals & { live: number; live_bytes: number }>({
    name: 'recount-live',
    text: `
      SELECT totals.*, counted.* FROM (${totalsSql}) totals CROSS JOIN (
        SELECT count(*)::float8 AS live, coalesce(sum(t.payload_bytes), 0)::float8 AS live_bytes
        FROM (
          SELECT tenant_id, id FROM ready UNION ALL SELECT tenant_id, id FROM waiting UNION ALL SELECT tenant_id, id FROM lease
        ) alive JOIN task t ON t.tenant_id = alive.tenant_id AND t.id = alive.id
      ) counted`,
  })
  const { live = 0, live_bytes: bytes = 0, ...totals } = rows[0] ?? { count: 0, bytes: 0, ended: 0 }
  return { counted: { count: live, bytes }, totals }
}

/** Tasks of these types that wait or run. `ready` is counted by its index alone; the others are joined with their tasks. */
export async function countLiveByType(
  pool: Pool,
  tenantId: string,
  types: readonly string[],
): Promise<Record<string, number>> {
  if (types.length === 0) return {}
  const { rows } = await pool.query<{ type: string; live: number }>({
    name: 'count-live-by-type',
    text: `
      SELECT type, sum(live)::int AS live FROM (
        SELECT l.task_type AS type, count(*) AS live
        FROM lane l JOIN ready r ON r.lane_id = l.id WHERE l.tenant_id = $1 AND l.task_type = ANY ($2::text[]) GROUP BY 1
        UNION ALL
        SELECT t.type, count(*)
        FROM (SELECT id FROM waiting WHERE tenant_id = $1 UNION ALL SELECT id FROM lease WHERE tenant_id = $1) held
        JOIN task t ON t.tenant_id = $1 AND t.id = held.id WHERE t.type = ANY ($2::text[]) GROUP BY 1
      ) counted GROUP BY type`,
    values: [tenantId, types],
  })
  const counts = Object.fromEntries(types.map(type => [type, 0]))
  for (const { type, live } of rows) counts[type] = live
  return counts
}
