import type { Pool } from 'pg'
import type { QueuePlace } from '#server/core/queue/task-store.ts'

/**
 * Counts what stands before a place in these lanes, through the primary key of `ready` alone and no further than `cap` entries
 * of each. The ORDER BY keeps the planner on the index: without it a LIMIT may look cheaper on the whole table.
 */
export const countAheadSql = `
  SELECT count(*)::int AS ahead FROM (
    SELECT FROM unnest($1::int[]) AS asked (lane_id)
    CROSS JOIN LATERAL (
      SELECT FROM ready r
      WHERE r.lane_id = asked.lane_id AND (r.rank, r.priority, r.deadline, r.id) < ($2, $3, $4, $5::uuid)
      ORDER BY r.rank, r.priority, r.deadline, r.id LIMIT $6
    ) before
    LIMIT $6
  ) counted`

export async function countAhead(
  pool: Pool,
  laneIds: readonly number[],
  place: QueuePlace,
  cap: number,
): Promise<number> {
  const { rows } = await pool.query<{ ahead: number }>({
    name: 'count-ahead',
    text: countAheadSql,
    values: aheadValues(laneIds, place, cap),
  })
  return rows[0]?.ahead ?? 0
}

export function aheadValues(laneIds: readonly number[], place: QueuePlace, cap: number): unknown[] {
  const deadline = place.deadline === null ? 'infinity' : new Date(place.deadline).toISOString()
  return [laneIds, place.rank, place.priority, deadline, place.id, cap]
}
