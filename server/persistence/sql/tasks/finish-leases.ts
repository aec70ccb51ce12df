import type { Pool } from 'pg'
import { letterError } from '#server/core/dead-letters/fingerprint.ts'
import type { StampedEvent } from '#server/core/events/event-store.ts'
import type { AttemptRecord, ClaimedTask, LeaseEnd } from '#server/core/queue/task-store.ts'
import { letterFingerprint } from '../dead-letters/letter-fingerprint.ts'
import { serializeEvent } from '../events/stored-event.ts'
import { type DependantsColumn, dependantsColumn, toMoved, type WithDependants } from './dependants-column.ts'

/**
 * Ends leases in one statement. The DELETE of the lease row is the fence: it matches id and lease number, so of two writers
 * only the holder of the current lease finds a row, and everything after it works on the rows that it found. A lease that was
 * marked by a cancel is not given another turn. What waits for tasks that end moves with them. Answers, in order, whether each end counted.
 */
export async function finishLeases(
  pool: Pool,
  ends: readonly LeaseEnd[],
  replicaId: string,
): Promise<WithDependants<boolean[]>> {
  // Row locks in id order: two batches with the same tasks cannot deadlock.
  const inOrder = ends.toSorted((a, b) => (a.task.id < b.task.id ? -1 : 1))
  const column = <Value>(read: (end: LeaseEnd) => Value) => inOrder.map(read)
  const ended = <Value>(read: (next: Extract<LeaseEnd['next'], { kind: 'end' }>) => Value) =>
    column(({ next }) => (next.kind === 'end' ? read(next) : null))
  const waits = <Value>(read: (next: Extract<LeaseEnd['next'], { kind: 'wait' }>) => Value) =>
    column(({ next }) => (next.kind === 'wait' ? read(next) : null))
  const { rows } = await pool.query<DependantsColumn & { lease_no: string }>({
    name: 'finish-leases',
    text: finishSql,
    values: [
      column(end => end.task.id),
      column(end => end.task.leaseNo),
      column(end => end.task.laneId),
      column(end => end.attemptsUsed),
      column(end => toTime(end.startedAt)),
      column(end => toTime(end.at)),
      ended(next => next.status),
      ended(next => next.result),
      ended(next => next.error?.code ?? null),
      ended(next => next.error?.message ?? null),
      ended(next => next.reason),
      column(end => end.attempts.at(-1)?.moduleId ?? null),
      waits(next => next.delayMs),
      waits(next => next.reason),
      JSON.stringify(attemptRows(inOrder, attempt => attempt.outcome !== 'preempted')),
      column(end => eventsOf(end, 'agent').length),
      column(end => joinEvents(eventsOf(end, 'agent'))),
      column(end => joinTypes(eventsOf(end, 'agent'))),
      column(end => eventsOf(end, 'task').length),
      column(end => joinEvents(eventsOf(end, 'task'))),
      column(end => joinTypes(eventsOf(end, 'task'))),
      replicaId,
      column(toLetter),
      column(end => end.task.payloadBytes),
      JSON.stringify(inOrder.flatMap(toSpendRows)),
      JSON.stringify(attemptRows(inOrder, attempt => attempt.outcome === 'preempted')),
    ],
  })
  const counted = new Set(rows.map(row => Number(row.lease_no)))
  return { result: ends.map(end => counted.has(end.task.leaseNo)), moved: toMoved(rows[0]) }
}

// `(... IN (SELECT ...)) IS TRUE` is a hashed subplan, one look per row; a plain IN would become a nested loop here, where
// hash joins are off, and cost 65,000 comparisons for a full batch.
const finishSql = `
  WITH input AS (
    SELECT * FROM unnest(
      $1::uuid[], $2::bigint[], $3::int[], $4::smallint[], $5::timestamptz[], $6::timestamptz[], $7::text[], $8::jsonb[],
      $9::text[], $10::text[], $11::text[], $12::text[], $13::float8[], $14::text[], $16::int[], $17::text[],
      $18::text[], $19::int[], $20::text[], $21::text[], $24::int[], $23::json[]
    ) AS e (id, lease_no, lane_id, attempts, started_at, finished_at, status, result, error_code, error_message, reason,
            served_by, delay_ms, wait_reason, agent_count, agent_events, agent_types, task_count, task_events,
            task_types, payload_bytes, letter)
  ), fenced AS (
    DELETE FROM lease l USING input i WHERE l.id = i.id AND l.lease_no = i.lease_no
    RETURNING l.tenant_id, l.enqueued_at, l.claimed_at, l.cancel_reason, i.*
  ), settled AS (
    SELECT f.*, c.is_cancelled, f.agent_count + CASE WHEN c.is_cancelled THEN 1 ELSE f.task_count END AS event_count,
           concat_ws(',', f.agent_types, CASE WHEN c.is_cancelled THEN 'task.cancelled' ELSE f.task_types END) AS event_types,
           concat_ws(',', f.agent_events, CASE WHEN NOT c.is_cancelled THEN f.task_events ELSE jsonb_build_object(
             'v', 1, 'type', 'task.cancelled', 'at', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
             'priority', 5, 'taskId', f.id, 'data', jsonb_build_object('reason', f.cancel_reason))::text END) AS events,
           CASE WHEN c.is_cancelled THEN 'cancelled' ELSE f.status END AS end_status,
           CASE WHEN c.is_cancelled THEN f.cancel_reason ELSE f.reason END AS end_reason
    FROM fenced f CROSS JOIN LATERAL (SELECT f.status IS NULL AND f.cancel_reason IS NOT NULL AS is_cancelled) c
  ), kept AS (
    INSERT INTO attempt (tenant_id, task_id, number, lease_no, replica_id, module_id, instance_id, outcome, error_code,
                         error_message, enqueued_at, claimed_at, dispatched_at, ended_at, cost_usd, decision)
    SELECT a.tenant_id, a.task_id, a.number, a.lease_no, $22, a.module_id, a.instance_id, a.outcome, a.error_code,
           a.error_message, a.enqueued_at, a.claimed_at, a.dispatched_at, a.ended_at, a.cost_usd, a.decision
    FROM json_to_recordset($15::json) AS a (
      tenant_id text, task_id uuid, number smallint, lease_no bigint, module_id text, instance_id text, outcome text,
      error_code text, error_message text, enqueued_at timestamptz, claimed_at timestamptz, dispatched_at timestamptz,
      ended_at timestamptz, cost_usd numeric, decision json)
    WHERE (a.lease_no IN (SELECT lease_no FROM fenced)) IS TRUE
  ), gave_way AS (
    INSERT INTO preemption (tenant_id, task_id, number, lease_no, replica_id, module_id, instance_id, error_message,
                            enqueued_at, claimed_at, dispatched_at, ended_at, cost_usd)
    SELECT a.tenant_id, a.task_id, a.number, a.lease_no, $22, a.module_id, a.instance_id, a.error_message, a.enqueued_at,
           a.claimed_at, a.dispatched_at, a.ended_at, a.cost_usd
    FROM json_to_recordset($26::json) AS a (
      tenant_id text, task_id uuid, number smallint, lease_no bigint, module_id text, instance_id text, error_message text,
      enqueued_at timestamptz, claimed_at timestamptz, dispatched_at timestamptz, ended_at timestamptz, cost_usd numeric)
    WHERE (a.lease_no IN (SELECT lease_no FROM fenced)) IS TRUE
  ), forgotten AS (
    DELETE FROM checkpoint c USING settled f WHERE c.task_id = f.id AND f.end_status IS NOT NULL
  ), ended AS (
    INSERT INTO outcome (tenant_id, id, status, served_by, attempts, started_at, finished_at, error_code, error_message,
                         reason, result)
    SELECT tenant_id, id, end_status, served_by, attempts, started_at, finished_at, error_code, error_message, end_reason,
           result
    FROM settled WHERE end_status IS NOT NULL
  ), buried AS (
    INSERT INTO dead_letter (tenant_id, id, type, module_id, priority, attempts, error_code, error_message, fingerprint, failed_at)
    SELECT tenant_id, id, letter->>'type', served_by, (letter->>'priority')::smallint, attempts, letter->>'code',
           letter->>'message', letter->>'fingerprint', finished_at
    FROM settled WHERE letter IS NOT NULL
  ), delayed AS (
    INSERT INTO waiting (id, tenant_id, due_at, attempts, reason, since, started_at)
    SELECT id, tenant_id, clock_timestamp() + delay_ms * interval '1 millisecond', attempts, wait_reason,
           clock_timestamp(), started_at
    FROM settled WHERE end_status IS NULL AND delay_ms IS NOT NULL
  ), requeued AS (
    INSERT INTO ready (lane_id, rank, priority, deadline, id, tenant_id, attempts, enqueued_at, started_at)
    SELECT f.lane_id, t.rank, t.priority, t.deadline, f.id, f.tenant_id, f.attempts, f.enqueued_at, f.started_at
    FROM settled f JOIN task t ON t.tenant_id = f.tenant_id AND t.id = f.id
    WHERE f.end_status IS NULL AND f.delay_ms IS NULL
  ), dependants AS MATERIALIZED (
    SELECT d.* FROM (
      SELECT array_agg(id) AS ids, array_agg(end_status) AS statuses FROM settled WHERE end_status IS NOT NULL
    ) e CROSS JOIN LATERAL end_dependants(e.ids, e.statuses) d
  ), counted AS (
    INSERT INTO task_total (tenant_id, replica_id, succeeded, failed, cancelled, expired, live_bytes)
    SELECT tenant_id, $22, count(*) FILTER (WHERE end_status = 'succeeded'), count(*) FILTER (WHERE end_status = 'failed'),
           count(*) FILTER (WHERE end_status = 'cancelled') + sum(also_cancelled),
           count(*) FILTER (WHERE end_status = 'expired'), -sum(payload_bytes)
    FROM (
      SELECT tenant_id, end_status, payload_bytes, 0 AS also_cancelled FROM settled WHERE end_status IS NOT NULL
      UNION ALL SELECT tenant_id, NULL, bytes, cancelled FROM dependants
    ) e GROUP BY tenant_id
    ON CONFLICT (tenant_id, replica_id) DO UPDATE SET
      succeeded = task_total.succeeded + excluded.succeeded, failed = task_total.failed + excluded.failed,
      cancelled = task_total.cancelled + excluded.cancelled, expired = task_total.expired + excluded.expired,
      live_bytes = task_total.live_bytes + excluded.live_bytes
  ), spent AS (
    INSERT INTO spend_day (tenant_id, day, module_id, task_type, replica_id, calls, cost_usd)
    SELECT s.tenant_id, s.day, s.module_id, s.task_type, $22, count(*), sum(s.cost_usd)
    FROM json_to_recordset($25::json) AS s (
      tenant_id text, lease_no bigint, day date, module_id text, task_type text, cost_usd numeric)
    WHERE (s.lease_no IN (SELECT lease_no FROM fenced)) IS TRUE
    GROUP BY s.tenant_id, s.day, s.module_id, s.task_type
    ON CONFLICT (tenant_id, day, module_id, task_type, replica_id) DO UPDATE SET
      calls = spend_day.calls + excluded.calls, cost_usd = spend_day.cost_usd + excluded.cost_usd
  ), told AS (
    INSERT INTO event_batch (tenant_id, count, types, events)
    SELECT tenant_id, sum(event_count), string_to_array(string_agg(DISTINCT event_types, ','), ','),
           '[' || string_agg(events, ',') || ']'
    FROM settled WHERE event_count > 0 GROUP BY tenant_id
  )
  SELECT lease_no, ${dependantsColumn} FROM fenced`

/** Events of its attempts, or of the task itself, which a cancel under the lease replaces. */
function eventsOf(end: LeaseEnd, area: 'agent' | 'task'): readonly StampedEvent[] {
  return end.events.filter(event => event.type.startsWith('task.') === (area === 'task'))
}

function joinEvents(events: readonly StampedEvent[]): string | null {
  return events.length === 0 ? null : events.map(serializeEvent).join(',')
}

function joinTypes(events: readonly StampedEvent[]): string | null {
  return events.length === 0 ? null : [...new Set(events.map(event => event.type))].join(',')
}

/** Of all leases, the attempts that match; pre-empted ones are kept apart, as they used up no number. */
function attemptRows(
  ends: readonly LeaseEnd[],
  isMatch: (attempt: AttemptRecord) => boolean,
): Record<string, unknown>[] {
  return ends.flatMap(end => end.attempts.filter(isMatch).map(attempt => toAttemptRow(end.task, attempt)))
}

function toAttemptRow(task: ClaimedTask, attempt: AttemptRecord): Record<string, unknown> {
  return {
    tenant_id: task.tenantId,
    task_id: task.id,
    lease_no: task.leaseNo,
    enqueued_at: toTime(task.enqueuedAt),
    claimed_at: toTime(task.claimedAt),
    number: attempt.number,
    module_id: attempt.moduleId,
    instance_id: attempt.instanceId,
    outcome: attempt.outcome,
    error_code: attempt.error?.code ?? null,
    error_message: attempt.error?.message ?? null,
    dispatched_at: toTime(attempt.dispatchedAt),
    ended_at: toTime(attempt.endedAt),
    cost_usd: toMoney(attempt.costUsd),
    decision: attempt.decision,
  }
}

/** What a task that ends failed leaves behind as a dead letter, as JSON; null for any other. */
function toLetter({ task, next }: LeaseEnd): string | null {
  if (next.kind !== 'end' || next.status !== 'failed') return null
  const error = letterError(next.error, next.reason)
  const fingerprint = letterFingerprint({ type: task.type, ...error })
  return JSON.stringify({ type: task.type, priority: task.priority, ...error, fingerprint })
}

/** Its attempts that cost something, as they are added to the spend of their day. */
function toSpendRows({ task, attempts }: LeaseEnd): Record<string, unknown>[] {
  return attempts
    .filter(attempt => attempt.costUsd > 0)
    .map(({ endedAt, moduleId, costUsd }) => ({
      tenant_id: task.tenantId,
      lease_no: task.leaseNo,
      day: toTime(endedAt)?.slice(0, 10),
      module_id: moduleId,
      task_type: task.type,
      cost_usd: toMoney(costUsd),
    }))
}

/** As the database keeps money: ten decimals, never in exponent form. */
function toMoney(usd: number): string {
  return usd.toFixed(10)
}

function toTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}
