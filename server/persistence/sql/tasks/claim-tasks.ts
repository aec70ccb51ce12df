import type { Pool } from 'pg'
import type { Json } from '#server/contracts/common.ts'
import type { ClaimedTask } from '#server/core/queue/task-store.ts'

interface Row {
  tenant_id: string
  id: string
  lane_id: number
  type: string
  module_id: string | null
  priority: number
  rank: string
  deadline_ms: number | null
  timeout_ms: number
  max_attempts: number
  complexity: number
  submitted_by: string
  retry_of: string | null
  payload: Json
  lease_no: string
  attempts: number
  enqueued_ms: number
  claimed_ms: number
  started_ms: number | null
}

/**
 * Takes the first tasks in order over the open lanes: top `slots` of each lane by its own index range, merged by rank, so a
 * lane that is not named costs nothing. READ COMMITTED with SKIP LOCKED lets claimers pass each other; the rows are deleted
 * by the very statement that writes their leases, so a task is either queued or leased, never both.
 */
export async function claimTasks(
  pool: Pool,
  lanes: readonly { laneId: number; slots: number }[],
  limit: number,
  replicaId: string,
): Promise<ClaimedTask[]> {
  const { rows } = await pool.query<Row>({
    name: 'claim-tasks',
    text: `
      WITH picked AS MATERIALIZED (
        SELECT top.tid FROM unnest($1::int[], $2::int[]) AS open (lane_id, slots)
        CROSS JOIN LATERAL (
          SELECT r.ctid AS tid, r.rank, r.priority, r.deadline, r.id FROM ready r
          WHERE r.lane_id = open.lane_id AND r.deadline > clock_timestamp()
          ORDER BY r.rank, r.priority, r.deadline, r.id LIMIT open.slots FOR UPDATE SKIP LOCKED
        ) top
        ORDER BY top.rank, top.priority, top.deadline, top.id LIMIT $3
      ), taken AS (
        DELETE FROM ready WHERE ctid = ANY (ARRAY(SELECT tid FROM picked))
        RETURNING id, tenant_id, attempts, enqueued_at, started_at
      ), leased AS (
        INSERT INTO lease (id, tenant_id, lease_no, replica_id, attempts, enqueued_at, claimed_at, started_at)
        SELECT id, tenant_id, nextval('lease_no_seq'), $4, attempts, enqueued_at, clock_timestamp(), started_at FROM taken
        RETURNING *
      ), claimed AS MATERIALIZED (
        SELECT t.tenant_id, t.id, t.lane_id, t.type, t.module_id, t.priority, t.rank, t.deadline, t.timeout_ms,
               t.max_attempts, t.complexity, t.submitted_by, t.retry_of, t.payload,
               l.lease_no, l.attempts, l.enqueued_at, l.claimed_at, l.started_at
        FROM leased l JOIN task t ON t.tenant_id = l.tenant_id AND t.id = l.id
      ), told AS (
        INSERT INTO event_batch (tenant_id, count, types, events)
        SELECT tenant_id, count(*), '{task.running}', '[' || string_agg(concat(
                 '{"v":1,"type":"task.running","at":"', to_char(claimed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                 '","priority":', priority, ',"taskId":"', id, '","data":{"type":"', type, '","leaseNo":', lease_no, '}}'), ',') || ']'
        FROM claimed GROUP BY tenant_id
      )
      SELECT tenant_id, id, lane_id, type, module_id, priority, rank, timeout_ms, max_attempts, complexity, submitted_by,
             retry_of, payload, lease_no, attempts,
             CASE WHEN deadline < 'infinity' THEN (extract(epoch FROM deadline) * 1000)::float8 END AS deadline_ms,
             (extract(epoch FROM enqueued_at) * 1000)::float8 AS enqueued_ms,
             (extract(epoch FROM claimed_at) * 1000)::float8 AS claimed_ms,
             (extract(epoch FROM started_at) * 1000)::float8 AS started_ms
      FROM claimed ORDER BY claimed.rank, claimed.priority, claimed.deadline, claimed.id`,
    values: [lanes.map(lane => lane.laneId), lanes.map(lane => lane.slots), limit, replicaId],
  })
  return rows.map(toClaimed)
}

function toClaimed(row: Row): ClaimedTask {
  return {
    tenantId: row.tenant_id,
    id: row.id,
    laneId: row.lane_id,
    type: row.type,
    pinnedModuleId: row.module_id,
    priority: row.priority,
    deadline: row.deadline_ms,
    timeoutMs: row.timeout_ms,
    maxAttempts: row.max_attempts,
    complexity: row.complexity,
    submittedBy: row.submitted_by,
    retryOf: row.retry_of,
    payload: row.payload,
    rank: Number(row.rank),
    leaseNo: Number(row.lease_no),
    attempts: row.attempts,
    enqueuedAt: row.enqueued_ms,
    claimedAt: row.claimed_ms,
    startedAt: row.started_ms,
  }
}
