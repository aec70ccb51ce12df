import type { Pool } from 'pg'
import type { ClaimedTask, ClaimLane } from '#server/core/queue/task-store.ts'
import { type ClaimedRow, checkpointSql, claimedColumns, toClaimed } from './claimed-row.ts'
import { runningEvent } from './running-event.ts'

/**
 * Takes the first tasks in order over the open lanes: top `slots` of each lane by its own index range, merged by rank, so a
 * lane that is not named costs nothing. READ COMMITTED with SKIP LOCKED lets claimers pass each other; the rows are deleted
 * by the very statement that writes their leases, so a task is either queued or leased, never both.
 */
export async function claimTasks(
  pool: Pool,
  lanes: readonly ClaimLane[],
  limit: number,
  replicaId: string,
): Promise<ClaimedTask[]> {
  const values = [lanes.map(lane => lane.laneId), lanes.map(lane => lane.slots), limit, replicaId]
  const quotas = lanes.flatMap(lane => lane.quotas ?? [])
  const { rows } = await pool.query<ClaimedRow>(
    quotas.length === 0
      ? { name: 'claim-tasks', text: claimSql(pickByRank), values }
      : {
          name: 'claim-tasks-within-quotas',
          text: claimSql(pickWithinQuotas),
          values: [
            ...values,
            quotas.map(({ type }) => type.group),
            quotas.map(({ type }) => type.most),
            quotas.map(({ tenant }) => tenant.group),
            quotas.map(({ tenant }) => tenant.most),
          ],
        },
  )
  return rows.map(toClaimed)
}

/** The first rows of each open lane, locked; rows that another claimer has locked are passed by. */
const topOfLane = `
        CROSS JOIN LATERAL (
          SELECT r.ctid AS tid, r.rank, r.priority, r.deadline, r.id FROM ready r
          WHERE r.lane_id = open.lane_id AND r.deadline > clock_timestamp()
          ORDER BY r.rank, r.priority, r.deadline, r.id LIMIT open.slots FOR UPDATE SKIP LOCKED
        ) top`

const inOrder = 'ORDER BY rank, priority, deadline, id'

const pickByRank = `
      WITH picked AS MATERIALIZED (
        SELECT top.tid FROM unnest($1::int[], $2::int[]) AS open (lane_id, slots) ${topOfLane}
        ${inOrder} LIMIT $3
      )`

/** Lanes of one type, and types of one tenant, share what they may give; what is locked and not picked is let go at commit. */
const pickWithinQuotas = `
      WITH top AS MATERIALIZED (
        SELECT top.*, open.type_group, open.type_most, open.tenant_group, open.tenant_most
        FROM unnest($1::int[], $2::int[], $5::int[], $6::int[], $7::int[], $8::int[])
          AS open (lane_id, slots, type_group, type_most, tenant_group, tenant_most) ${topOfLane}
      ), of_types AS (
        SELECT *, row_number() OVER (PARTITION BY type_group ${inOrder}) AS place_in_type FROM top
      ), of_tenants AS (
        SELECT *, row_number() OVER (PARTITION BY tenant_group ${inOrder}) AS place_in_tenant
        FROM of_types WHERE place_in_type <= type_most
      ), picked AS MATERIALIZED (
        SELECT tid FROM of_tenants WHERE place_in_tenant <= tenant_most ${inOrder} LIMIT $3
      )`

function claimSql(pick: string): string {
  return `${pick}, taken AS (
        DELETE FROM ready WHERE ctid = ANY (ARRAY(SELECT tid FROM picked))
        RETURNING id, tenant_id, attempts, enqueued_at, started_at
      ), leased AS (
        INSERT INTO lease (id, tenant_id, lease_no, replica_id, attempts, enqueued_at, claimed_at, started_at)
        SELECT id, tenant_id, nextval('lease_no_seq'), $4, attempts, enqueued_at, clock_timestamp(), started_at FROM taken
        RETURNING *
      ), claimed AS MATERIALIZED (
        SELECT t.tenant_id, t.id, t.lane_id, t.type, t.module_id, t.priority, t.rank, t.deadline, t.timeout_ms,
               t.total_timeout_ms, t.max_attempts, t.complexity, t.submitted_by, t.retry_of, t.traceparent, t.payload,
               t.payload_bytes, t.cost_budget_usd, ${checkpointSql('l')} AS checkpoint,
               l.lease_no, l.attempts, l.enqueued_at, l.claimed_at, l.started_at
        FROM leased l JOIN task t ON t.tenant_id = l.tenant_id AND t.id = l.id
      ), told AS (
        INSERT INTO event_batch (tenant_id, count, types, events)
        SELECT tenant_id, count(*), '{task.running}', '[' || string_agg(${runningEvent}, ',') || ']'
        FROM claimed GROUP BY tenant_id
      )
      SELECT ${claimedColumns}
      FROM claimed ORDER BY claimed.rank, claimed.priority, claimed.deadline, claimed.id`
}
