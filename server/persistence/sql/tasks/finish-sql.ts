import { dependantsColumn } from './dependants-column.ts'

/** What some batches of ended leases hold and most do not. */
export interface FinishParts {
  /** Leases whose task does not end: it waits for its next attempt, or goes back to the queue. */
  returns: boolean
  /** Tasks that failed for good and leave a dead letter. */
  letters: boolean
  /** Attempts that cost something. */
  spend: boolean
  /** Attempts that gave way to more urgent work. */
  preemptions: boolean
}

const texts = new Map<string, string>()

/**
 * The statement that ends leases, with the parts that a batch needs: each costs some 50 µs of the database's time to set up,
 * however few rows it moves. Parameters: $1 the ends and $2 their attempts, each a JSON array, $3 the replica, and with
 * `spend` $4 what they cost, a JSON array.
 */
export function finishStatement(parts: FinishParts): { name: string; text: string } {
  const on = Object.entries(parts).flatMap(([part, isOn]) => (isOn ? [part] : []))
  const name = ['finish-leases', ...on].join('-')
  const text = texts.get(name) ?? finishSql(parts)
  texts.set(name, text)
  return { name, text }
}

const attemptColumns = `
  tenant_id text, task_id uuid, number smallint, lease_no bigint, module_id text, instance_id text, outcome text,
  error_code text, error_message text, enqueued_ms float8, claimed_ms float8, dispatched_ms float8, ended_ms float8,
  cost_usd numeric, decision json`

const attemptTimes = ['enqueued', 'claimed', 'dispatched', 'ended'].map(name => timeOf('a', name)).join(', ')

// `(... IN (SELECT ...)) IS TRUE` is a hashed subplan, one look per row; a plain IN would become a nested loop here, where
// hash joins are off, and cost 65,000 comparisons for a full batch.
const isFenced = '(a.lease_no IN (SELECT lease_no FROM fenced)) IS TRUE'

function finishSql({ returns, letters, spend, preemptions }: FinishParts): string {
  return `
  WITH input AS (
    SELECT e.*, ${timeOf('e', 'started')} AS started_at, ${timeOf('e', 'finished')} AS finished_at
    FROM json_to_recordset($1::json) AS e (
      id uuid, lease_no bigint, lane_id int, attempts smallint, started_ms float8, finished_ms float8, status text,
      result jsonb, error_code text, error_message text, reason text, served_by text, payload_bytes int, delay_ms float8,
      wait_reason text, agent_count int, agent_events text, agent_types text, task_count int, task_events text,
      task_types text, letter json)
  ), fenced AS (
    DELETE FROM lease l USING input i WHERE l.id = i.id AND l.lease_no = i.lease_no
    RETURNING l.tenant_id, l.enqueued_at, l.claimed_at, l.cancel_reason, i.*
  ), ${returns ? settledOrCancelled : settled}, kept AS (
    INSERT INTO attempt (tenant_id, task_id, number, lease_no, replica_id, module_id, instance_id, outcome, error_code,
                         error_message, enqueued_at, claimed_at, dispatched_at, ended_at, cost_usd, decision)
    SELECT a.tenant_id, a.task_id, a.number, a.lease_no, $3, a.module_id, a.instance_id, a.outcome, a.error_code,
           a.error_message, ${attemptTimes}, a.cost_usd, a.decision
    FROM json_to_recordset($2::json) AS a (${attemptColumns})
    WHERE ${preemptions ? `a.outcome <> 'preempted' AND ${isFenced}` : isFenced}
  ), ${preemptions ? gaveWay : ''} forgotten AS (
    DELETE FROM checkpoint c USING settled f WHERE c.task_id = f.id AND f.end_status IS NOT NULL
  ), ended AS (
    INSERT INTO outcome (tenant_id, id, status, served_by, attempts, started_at, finished_at, error_code, error_message,
                         reason, result)
    SELECT tenant_id, id, end_status, served_by, attempts, started_at, finished_at, error_code, error_message, end_reason,
           result
    FROM settled WHERE end_status IS NOT NULL
  ), ${letters ? buried : ''} ${returns ? returned : ''} dependants AS MATERIALIZED (
    SELECT d.* FROM (
      SELECT array_agg(id) AS ids, array_agg(end_status) AS statuses FROM settled WHERE end_status IS NOT NULL
    ) e CROSS JOIN LATERAL end_dependants(e.ids, e.statuses) d
  ), counted AS (
    INSERT INTO task_total (tenant_id, replica_id, succeeded, failed, cancelled, expired, live_bytes)
    SELECT tenant_id, $3, count(*) FILTER (WHERE end_status = 'succeeded'), count(*) FILTER (WHERE end_status = 'failed'),
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
  ), ${spend ? spent : ''} told AS (
    INSERT INTO event_batch (tenant_id, count, types, events)
    SELECT tenant_id, sum(event_count), string_to_array(string_agg(DISTINCT event_types, ','), ','),
           '[' || string_agg(events, ',') || ']'
    FROM settled WHERE event_count > 0 GROUP BY tenant_id
  )
  SELECT lease_no, ${dependantsColumn} FROM fenced`
}

/** Every lease ends its task. */
const settled = `settled AS (
    SELECT f.*, f.agent_count + f.task_count AS event_count, concat_ws(',', f.agent_types, f.task_types) AS event_types,
           concat_ws(',', f.agent_events, f.task_events) AS events, f.status AS end_status, f.reason AS end_reason
    FROM fenced f
  )`

/** A lease that was marked by a cancel is not given another turn. */
const settledOrCancelled = `settled AS (
    SELECT f.*, f.agent_count + CASE WHEN c.is_cancelled THEN 1 ELSE f.task_count END AS event_count,
           concat_ws(',', f.agent_types, CASE WHEN c.is_cancelled THEN 'task.cancelled' ELSE f.task_types END) AS event_types,
           concat_ws(',', f.agent_events, CASE WHEN NOT c.is_cancelled THEN f.task_events ELSE jsonb_build_object(
             'v', 1, 'type', 'task.cancelled', 'at', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
             'priority', 5, 'taskId', f.id, 'data', jsonb_build_object('reason', f.cancel_reason))::text END) AS events,
           CASE WHEN c.is_cancelled THEN 'cancelled' ELSE f.status END AS end_status,
           CASE WHEN c.is_cancelled THEN f.cancel_reason ELSE f.reason END AS end_reason
    FROM fenced f CROSS JOIN LATERAL (SELECT f.status IS NULL AND f.cancel_reason IS NOT NULL AS is_cancelled) c
  )`

const gaveWay = `gave_way AS (
    INSERT INTO preemption (tenant_id, task_id, number, lease_no, replica_id, module_id, instance_id, error_message,
                            enqueued_at, claimed_at, dispatched_at, ended_at, cost_usd)
    SELECT a.tenant_id, a.task_id, a.number, a.lease_no, $3, a.module_id, a.instance_id, a.error_message, ${attemptTimes},
           a.cost_usd
    FROM json_to_recordset($2::json) AS a (${attemptColumns})
    WHERE a.outcome = 'preempted' AND ${isFenced}
  ),`

const buried = `buried AS (
    INSERT INTO dead_letter (tenant_id, id, type, module_id, priority, attempts, error_code, error_message, fingerprint, failed_at)
    SELECT tenant_id, id, letter->>'type', served_by, (letter->>'priority')::smallint, attempts, letter->>'code',
           letter->>'message', letter->>'fingerprint', finished_at
    FROM settled WHERE letter IS NOT NULL
  ),`

const returned = `delayed AS (
    INSERT INTO waiting (id, tenant_id, due_at, attempts, reason, since, started_at)
    SELECT id, tenant_id, clock_timestamp() + delay_ms * interval '1 millisecond', attempts, wait_reason,
           clock_timestamp(), started_at
    FROM settled WHERE end_status IS NULL AND delay_ms IS NOT NULL
  ), requeued AS (
    INSERT INTO ready (lane_id, rank, priority, deadline, id, tenant_id, attempts, enqueued_at, started_at)
    SELECT f.lane_id, t.rank, t.priority, t.deadline, f.id, f.tenant_id, f.attempts, f.enqueued_at, f.started_at
    FROM settled f JOIN task t ON t.tenant_id = f.tenant_id AND t.id = f.id
    WHERE f.end_status IS NULL AND f.delay_ms IS NULL
  ),`

const spent = `spent AS (
    INSERT INTO spend_day (tenant_id, day, module_id, task_type, replica_id, calls, cost_usd)
    SELECT a.tenant_id, a.day, a.module_id, a.task_type, $3, count(*), sum(a.cost_usd)
    FROM json_to_recordset($4::json) AS a (
      tenant_id text, lease_no bigint, day date, module_id text, task_type text, cost_usd numeric)
    WHERE ${isFenced}
    GROUP BY a.tenant_id, a.day, a.module_id, a.task_type
    ON CONFLICT (tenant_id, day, module_id, task_type, replica_id) DO UPDATE SET
      calls = spend_day.calls + excluded.calls, cost_usd = spend_day.cost_usd + excluded.cost_usd
  ),`

/** A time of a row, given there in ms since the epoch. */
function timeOf(row: string, name: string): string {
  return `to_timestamp(${row}.${name}_ms / 1000)`
}
