import type { Pool } from 'pg'
import type { UrgentTask } from '#server/core/queue/interruption.ts'

/** The first task of each lane when it is urgent and has been ready for so long: one index probe per lane. */
export async function urgentHeads(pool: Pool, laneIds: readonly number[], waitedMs: number): Promise<UrgentTask[]> {
  const { rows } = await pool.query<{ lane_id: number; id: string; priority: number; rank: string }>({
    name: 'urgent-heads',
    text: `
      SELECT head.lane_id, head.id, head.priority, head.rank FROM unnest($1::int[]) AS open (lane_id)
      CROSS JOIN LATERAL (
        SELECT r.lane_id, r.id, r.priority, r.rank, r.enqueued_at FROM ready r
        WHERE r.lane_id = open.lane_id AND r.deadline > clock_timestamp()
        ORDER BY r.rank, r.priority, r.deadline, r.id LIMIT 1
      ) head
      WHERE head.priority <= 2 AND head.enqueued_at <= clock_timestamp() - $2 * interval '1 millisecond'
      ORDER BY head.rank, head.priority, head.id`,
    values: [laneIds, waitedMs],
  })
  return rows.map(row => ({ laneId: row.lane_id, id: row.id, priority: row.priority, rank: Number(row.rank) }))
}
