import type { Pool } from 'pg'
import { type DependantsColumn, dependantsColumn, toMoved, type WithDependants } from './dependants-column.ts'

/** Ends queued tasks whose deadline has passed, so that none is started late, and all that waits for them. Answers how many expired. */
export async function expireOverdue(pool: Pool, limit: number, replicaId: string): Promise<WithDependants<number>> {
  const { rows } = await pool.query<DependantsColumn & { expired: number }>({
    name: 'expire-overdue',
    text: `
      WITH late_ready AS (
        DELETE FROM ready WHERE ctid = ANY (ARRAY(
          SELECT ctid FROM ready WHERE deadline < 'infinity' AND deadline <= clock_timestamp()
          ORDER BY deadline LIMIT $1 FOR UPDATE SKIP LOCKED))
        RETURNING id, tenant_id, attempts, started_at
      ), late_waiting AS (
        DELETE FROM waiting WHERE id IN (
          SELECT w.id FROM waiting w JOIN task t ON t.tenant_id = w.tenant_id AND t.id = w.id
          WHERE t.deadline <= clock_timestamp() ORDER BY w.id LIMIT $1 FOR UPDATE OF w SKIP LOCKED)
        RETURNING id, tenant_id, attempts, started_at
      ), late AS (
        SELECT * FROM late_ready UNION ALL SELECT * FROM late_waiting
      ), ended AS (
        INSERT INTO outcome (tenant_id, id, status, attempts, started_at, finished_at, error_code, error_message, reason)
        SELECT tenant_id, id, 'expired', attempts, started_at, clock_timestamp(), 'DEADLINE_PASSED',
               'The deadline passed before it could be started.', 'DEADLINE_PASSED' FROM late
      ), dependants AS MATERIALIZED (
        SELECT d.* FROM (SELECT array_agg(id) AS ids, array_agg('expired'::text) AS statuses FROM late) e
        CROSS JOIN LATERAL end_dependants(e.ids, e.statuses) d
      ), forgotten AS (
        DELETE FROM checkpoint WHERE task_id IN (SELECT id FROM late)
      ), counted AS (
        INSERT INTO task_total (tenant_id, replica_id, expired, cancelled, live_bytes)
        SELECT tenant_id, $2, sum(expired), sum(cancelled), -sum(bytes) FROM (
          SELECT l.tenant_id, 1 AS expired, 0 AS cancelled, t.payload_bytes AS bytes
          FROM late l JOIN task t ON t.tenant_id = l.tenant_id AND t.id = l.id
          UNION ALL SELECT tenant_id, 0, cancelled, bytes FROM dependants
        ) e GROUP BY tenant_id
        ON CONFLICT (tenant_id, replica_id) DO UPDATE SET
          expired = task_total.expired + excluded.expired, cancelled = task_total.cancelled + excluded.cancelled,
          live_bytes = task_total.live_bytes + excluded.live_bytes
      ), told AS (
        INSERT INTO event_batch (tenant_id, count, types, events)
        SELECT tenant_id, count(*), '{task.expired}', jsonb_agg(jsonb_build_object(
                 'v', 1, 'type', 'task.expired', 'at', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                 'priority', 3, 'taskId', id, 'data', jsonb_build_object('reason', 'DEADLINE_PASSED')))::text
        FROM late GROUP BY tenant_id
      )
      SELECT count(*)::int AS expired, ${dependantsColumn} FROM late`,
    values: [limit, replicaId],
  })
  return { result: rows[0]?.expired ?? 0, moved: toMoved(rows[0]) }
}
