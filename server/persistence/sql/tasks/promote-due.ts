import type { Pool } from 'pg'

/** Moves waiting tasks whose time has come, by the database's clock, into the queue at the place they always had. */
export async function promoteDue(
  pool: Pool,
  limit: number,
): Promise<{ promoted: number; lanes: number[]; nextDueInMs: number | null }> {
  const { rows } = await pool.query<{ promoted: number; lanes: number[] | null; next_in_ms: number | null }>({
    name: 'promote-due',
    text: `
      WITH due AS (
        DELETE FROM waiting WHERE id IN (
          SELECT id FROM waiting WHERE due_at <= clock_timestamp() ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED
        ) RETURNING id, tenant_id, attempts, started_at
      ), queued AS (
        INSERT INTO ready (lane_id, rank, priority, deadline, id, tenant_id, attempts, enqueued_at, started_at)
        SELECT t.lane_id, t.rank, t.priority, t.deadline, d.id, d.tenant_id, d.attempts, clock_timestamp(), d.started_at
        FROM due d JOIN task t ON t.tenant_id = d.tenant_id AND t.id = d.id
        RETURNING id, tenant_id, lane_id, priority, attempts
      ), told AS (
        INSERT INTO event_batch (tenant_id, count, types, events)
        SELECT tenant_id, count(*), '{task.ready}', jsonb_agg(jsonb_build_object(
                 'v', 1, 'type', 'task.ready', 'at', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                 'priority', priority, 'taskId', id, 'data', jsonb_build_object('attempts', attempts)))::text
        FROM queued GROUP BY tenant_id
      )
      SELECT (SELECT count(*)::int FROM queued) AS promoted,
             (SELECT array_agg(DISTINCT lane_id) FROM queued) AS lanes,
             (SELECT (extract(epoch FROM min(due_at) - clock_timestamp()) * 1000)::float8 FROM waiting WHERE due_at > clock_timestamp()) AS next_in_ms`,
    values: [limit],
  })
  const row = rows[0]
  return { promoted: row?.promoted ?? 0, lanes: row?.lanes ?? [], nextDueInMs: row?.next_in_ms ?? null }
}
