import type { Pool } from 'pg'
import type { EndStatus } from '#server/core/queue/task-state.ts'
import type { Actor } from '#server/core/shared/principal.ts'
import { createIdSource } from '../../uuid-v7.ts'
import { type DependantsColumn, dependantsColumn, toMoved, type WithDependants } from './dependants-column.ts'

const ids = createIdSource()

export type CancelResult =
  | { kind: 'ended' }
  | { kind: 'signalled'; replicaId: string }
  | { kind: 'already_ended'; status: EndStatus }

/**
 * Ends a queued task at once, with all that waits for it, or marks the lease of a running one for its replica to act on. A task that moves while this
 * runs is looked for again: it can only move forward, so a few rounds always find it. Whose act it was is audited by the same statement.
 */
export async function cancelTask(
  pool: Pool,
  by: Actor,
  id: string,
  reason: string,
  replicaId: string,
): Promise<WithDependants<CancelResult | null>> {
  for (let round = 0; round < 5; round++) {
    const { rows } = await pool.query<
      DependantsColumn & { known: boolean; ended: boolean; holder: string | null; status: EndStatus | null }
    >({
      name: 'cancel-task',
      text: cancelSql,
      values: [by.tenantId, id, reason, replicaId, by.kind, by.id, by.name, ids.next()],
    })
    const row = rows[0]
    const moved = toMoved(row)
    if (!row?.known) return { result: null, moved }
    if (row.ended) return { result: { kind: 'ended' }, moved }
    if (row.holder !== null) return { result: { kind: 'signalled', replicaId: row.holder }, moved }
    if (row.status !== null) return { result: { kind: 'already_ended', status: row.status }, moved }
  }
  throw new Error(`task ${id} could not be found in any state`)
}

const cancelSql = `
  WITH target AS (
    SELECT * FROM task WHERE tenant_id = $1 AND id = $2::uuid
  ), from_ready AS (
    DELETE FROM ready r USING target t
    WHERE r.lane_id = t.lane_id AND r.rank = t.rank AND r.priority = t.priority AND r.deadline = t.deadline AND r.id = t.id
    RETURNING r.id, r.attempts, r.started_at
  ), from_waiting AS (
    DELETE FROM waiting w USING target t WHERE w.id = t.id RETURNING w.id, w.attempts, w.started_at
  ), gone AS (
    SELECT * FROM from_ready UNION ALL SELECT * FROM from_waiting
  ), marked AS (
    UPDATE lease l SET cancel_reason = $3 FROM target t WHERE l.id = t.id RETURNING l.replica_id
  ), ended AS (
    INSERT INTO outcome (tenant_id, id, status, attempts, started_at, finished_at, reason)
    SELECT $1, id, 'cancelled', attempts, started_at, clock_timestamp(), $3 FROM gone
  ), dependants AS MATERIALIZED (
    SELECT d.* FROM gone g CROSS JOIN LATERAL end_dependants(ARRAY[g.id], '{cancelled}') d
  ), forgotten AS (
    DELETE FROM checkpoint WHERE task_id IN (SELECT id FROM gone)
  ), counted AS (
    INSERT INTO task_total (tenant_id, replica_id, cancelled, live_bytes)
    SELECT $1, $4, 1 + coalesce(sum(d.cancelled), 0), -min(t.payload_bytes) - coalesce(sum(d.bytes), 0)
    FROM gone g JOIN target t ON t.id = g.id LEFT JOIN dependants d ON true GROUP BY g.id
    ON CONFLICT (tenant_id, replica_id) DO UPDATE SET
      cancelled = task_total.cancelled + excluded.cancelled, live_bytes = task_total.live_bytes + excluded.live_bytes
  ), told AS (
    INSERT INTO event_batch (tenant_id, count, types, events)
    SELECT $1, 1, '{task.cancelled}', jsonb_build_array(jsonb_build_object(
             'v', 1, 'type', 'task.cancelled', 'at', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
             'priority', 5, 'taskId', id, 'data', jsonb_build_object('reason', $3::text)))::text
    FROM gone
  ), audited AS (
    INSERT INTO audit_entry (tenant_id, id, actor_kind, actor_id, actor_name, action, target_kind, target_id, reason, details)
    SELECT $1, $8::uuid, $5, $6, $7, 'task.cancelled', 'task', $2::uuid::text, $3, '{}'
    WHERE EXISTS (SELECT FROM gone) OR EXISTS (SELECT FROM marked)
  )
  SELECT EXISTS (SELECT FROM target) AS known, EXISTS (SELECT FROM gone) AS ended,
         (SELECT replica_id FROM marked) AS holder,
         (SELECT o.status FROM outcome o WHERE o.tenant_id = $1 AND o.id = $2::uuid) AS status, ${dependantsColumn}`
