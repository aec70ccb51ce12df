import type { Pool } from 'pg'
import type { Raise } from '#server/core/queue/dependency-store.ts'

/**
 * Gives tasks a lower rank, those that are ready or blocked only, and never a higher one. A ready one stands at another place
 * afterwards, which a statement with an older snapshot finds empty and looks for again. A task with a start time to come
 * keeps its rank: its row in `waiting` can be promoted by a statement that has read the old one.
 */
export async function raiseTasks(pool: Pool, tenantId: string, raises: readonly Raise[]): Promise<number> {
  const { rowCount } = await pool.query({
    name: 'raise-tasks',
    text: `
      WITH asked AS (
        SELECT c.rank AS new_rank, c.raised_by AS new_raised_by, t.* FROM unnest($2::uuid[], $3::bigint[], $4::uuid[]) AS c (id, rank, raised_by)
        JOIN task t ON t.tenant_id = $1 AND t.id = c.id WHERE c.rank < t.rank
      ), held_ready AS MATERIALIZED (
        SELECT r.*, a.new_rank, a.new_raised_by FROM asked a
        JOIN ready r ON r.lane_id = a.lane_id AND r.rank = a.rank AND r.priority = a.priority AND r.deadline = a.deadline AND r.id = a.id
        ORDER BY r.id FOR UPDATE OF r SKIP LOCKED
      ), held_blocked AS MATERIALIZED (
        SELECT w.id, a.new_rank, a.new_raised_by FROM asked a JOIN waiting w ON w.id = a.id AND w.due_at IS NULL
        ORDER BY w.id FOR UPDATE OF w SKIP LOCKED
      ), left_place AS (
        DELETE FROM ready r USING held_ready h
        WHERE r.lane_id = h.lane_id AND r.rank = h.rank AND r.priority = h.priority AND r.deadline = h.deadline AND r.id = h.id
      ), new_place AS (
        INSERT INTO ready (lane_id, rank, priority, deadline, id, tenant_id, attempts, enqueued_at, started_at)
        SELECT lane_id, new_rank, priority, deadline, id, tenant_id, attempts, enqueued_at, started_at FROM held_ready
      )
      UPDATE task t SET rank = h.new_rank, raised_by = h.new_raised_by, raised_at = clock_timestamp()
      FROM (SELECT id, new_rank, new_raised_by FROM held_ready UNION ALL SELECT * FROM held_blocked) h
      WHERE t.tenant_id = $1 AND t.id = h.id AND t.rank > h.new_rank`,
    values: [
      tenantId,
      raises.map(raise => raise.id),
      raises.map(raise => raise.rank),
      raises.map(raise => raise.raisedBy),
    ],
  })
  return rowCount ?? 0
}
