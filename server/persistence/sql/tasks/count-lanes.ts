import type { Pool } from 'pg'
import type { LaneCount } from '#server/core/queue/queue-counts.ts'

/**
 * How many tasks of these types are ready and running. Those that are ready are counted by the index on their lanes
 * alone, so that what is ready of other types costs nothing: with 100,000 in 500 lanes a preview of three types took 10 ms where
 * one by `counts` took 90.
 */
export async function countLanes(pool: Pool, tenantId: string, types: readonly string[]): Promise<LaneCount[]> {
  // Not a named statement: which plan is best depends on how many types are asked for.
  const { rows } = await pool.query<{ type: string; module_id: string | null; ready: number; running: number }>(
    `SELECT type, module_id, sum(ready)::int AS ready, sum(running)::int AS running FROM (
       SELECT l.task_type AS type, nullif(l.module_id, '') AS module_id, r.count AS ready, 0 AS running
       FROM lane l JOIN LATERAL (SELECT count(*) FROM ready r WHERE r.lane_id = l.id) r ON r.count > 0
       WHERE l.tenant_id = $1 AND l.task_type = ANY ($2::text[])
       UNION ALL
       SELECT t.type, t.module_id, 0, count(*)
       FROM lease s JOIN task t ON t.tenant_id = s.tenant_id AND t.id = s.id
       WHERE s.tenant_id = $1 AND t.type = ANY ($2::text[]) GROUP BY 1, 2
     ) u GROUP BY 1, 2`,
    [tenantId, types],
  )
  return rows.map(({ type, module_id: pinnedModuleId, ready, running }) => ({ type, pinnedModuleId, ready, running }))
}
