import type { Pool } from 'pg'
import { normalizeMessage } from '#server/core/dead-letters/fingerprint.ts'
import type { ReclaimedTask } from '#server/core/queue/task-store.ts'
import { fingerprintSql } from '../dead-letters/letter-fingerprint.ts'

const spentMessage = 'The replica that ran it stopped, on its last attempt.'

import { type DependantsColumn, dependantsColumn, toMoved, type WithDependants } from './dependants-column.ts'

/**
 * Takes back the leases of replicas that stopped beating (by the database's clock) and of `alsoOf`. The lost attempt counts,
 * so a task that kills its replica is dead-lettered after its last one. Deleting the lease is the fence for late writers.
 */
export async function reclaimLeases(
  pool: Pool,
  deadAfterMs: number,
  alsoOf: string | null,
  replicaId: string,
): Promise<WithDependants<ReclaimedTask[]>> {
  const { rows } = await pool.query<
    DependantsColumn & {
      tenant_id: string
      id: string
      type: string
      former: string
      outcome: ReclaimedTask['outcome']
    }
  >({
    name: 'reclaim-leases',
    text: reclaimSql,
    values: [deadAfterMs, alsoOf, replicaId, spentMessage, normalizeMessage(spentMessage)],
  })
  const result = rows.map(row => ({
    tenantId: row.tenant_id,
    id: row.id,
    type: row.type,
    formerReplicaId: row.former,
    outcome: row.outcome,
  }))
  return { result, moved: toMoved(rows[0]) }
}

const reclaimSql = `
  WITH dead AS (
    SELECT id FROM replica WHERE stopped_at IS NOT NULL OR heartbeat_at < clock_timestamp() - $1 * interval '1 millisecond'
    UNION SELECT $2::text WHERE $2 IS NOT NULL
  ), lost AS (
    DELETE FROM lease WHERE id IN (
      SELECT l.id FROM lease l WHERE l.replica_id IN (SELECT id FROM dead) ORDER BY l.id LIMIT 1000 FOR UPDATE SKIP LOCKED
    ) RETURNING *
  ), known AS MATERIALIZED (
    SELECT l.*, t.lane_id, t.rank, t.priority, t.deadline, t.type, t.max_attempts, t.payload_bytes, l.attempts + 1 AS used,
           l.cancel_reason IS NOT NULL AS is_cancelled, l.attempts + 1 >= t.max_attempts AS is_spent
    FROM lost l JOIN task t ON t.tenant_id = l.tenant_id AND t.id = l.id
  ), kept AS (
    INSERT INTO attempt (tenant_id, task_id, number, lease_no, replica_id, module_id, instance_id, outcome, error_code,
                         error_message, enqueued_at, claimed_at, dispatched_at, ended_at)
    SELECT tenant_id, id, used, lease_no, replica_id, '', '', 'lost', 'REPLICA_LOST',
           'The replica that ran it stopped before it could answer.', enqueued_at, claimed_at, claimed_at, clock_timestamp()
    FROM known
    ON CONFLICT DO NOTHING
  ), queued AS (
    INSERT INTO ready (lane_id, rank, priority, deadline, id, tenant_id, attempts, enqueued_at, started_at)
    SELECT lane_id, rank, priority, deadline, id, tenant_id, used, clock_timestamp(), coalesce(started_at, claimed_at)
    FROM known WHERE NOT is_spent AND NOT is_cancelled
  ), ended AS (
    INSERT INTO outcome (tenant_id, id, status, attempts, started_at, finished_at, error_code, error_message, reason)
    SELECT tenant_id, id, CASE WHEN is_cancelled THEN 'cancelled' ELSE 'failed' END, used,
           coalesce(started_at, claimed_at), clock_timestamp(),
           CASE WHEN NOT is_cancelled THEN 'REPLICA_LOST' END,
           CASE WHEN NOT is_cancelled THEN $4::text END,
           cancel_reason
    FROM known WHERE is_spent OR is_cancelled
  ), buried AS (
    INSERT INTO dead_letter (tenant_id, id, type, priority, attempts, error_code, error_message, fingerprint, failed_at)
    SELECT tenant_id, id, type, priority, used, 'REPLICA_LOST', $4::text,
           ${fingerprintSql({ type: 'type', code: `'REPLICA_LOST'`, message: '$5::text' })},
           date_trunc('milliseconds', clock_timestamp())
    FROM known WHERE is_spent AND NOT is_cancelled
  ), dependants AS MATERIALIZED (
    SELECT d.* FROM (
      SELECT array_agg(id) AS ids, array_agg('failed'::text) AS statuses FROM known WHERE is_spent OR is_cancelled
    ) e CROSS JOIN LATERAL end_dependants(e.ids, e.statuses) d
  ), forgotten AS (
    DELETE FROM checkpoint WHERE task_id IN (SELECT id FROM known WHERE is_spent OR is_cancelled)
  ), counted AS (
    INSERT INTO task_total (tenant_id, replica_id, failed, cancelled, live_bytes)
    SELECT tenant_id, $3, sum(failed), sum(cancelled), -sum(bytes) FROM (
      SELECT tenant_id, (NOT is_cancelled)::int AS failed, is_cancelled::int AS cancelled, payload_bytes AS bytes
      FROM known WHERE is_spent OR is_cancelled
      UNION ALL SELECT tenant_id, 0, cancelled, bytes FROM dependants
    ) e GROUP BY tenant_id
    ON CONFLICT (tenant_id, replica_id) DO UPDATE SET
      failed = task_total.failed + excluded.failed, cancelled = task_total.cancelled + excluded.cancelled,
      live_bytes = task_total.live_bytes + excluded.live_bytes
  ), told AS (
    INSERT INTO event_batch (tenant_id, count, types, events)
    SELECT tenant_id, count(*),
           array_agg(DISTINCT CASE WHEN is_cancelled THEN 'task.cancelled' WHEN is_spent THEN 'task.failed' ELSE 'task.ready' END),
           jsonb_agg(jsonb_build_object(
             'v', 1, 'type', CASE WHEN is_cancelled THEN 'task.cancelled' WHEN is_spent THEN 'task.failed' ELSE 'task.ready' END,
             'at', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
             'priority', priority, 'taskId', id,
             'data', jsonb_build_object('type', type, 'reason', 'REPLICA_LOST', 'formerReplica', replica_id)))::text
    FROM known GROUP BY tenant_id
  )
  SELECT tenant_id, id, type, replica_id AS former,
         CASE WHEN is_spent OR is_cancelled THEN 'failed' ELSE 'requeued' END AS outcome, ${dependantsColumn}
  FROM known`
