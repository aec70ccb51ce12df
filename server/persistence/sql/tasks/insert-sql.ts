import { runningEvent } from './running-event.ts'

/** What some batches of new tasks hold and others do not. */
export interface InsertParts {
  /** Tasks that wait for their time or for others. */
  waits: boolean
  /** Tasks that are leased at once. */
  eager: boolean
}

const texts = new Map<string, string>()

/**
 * The statement that writes new tasks. It is set up at each run, so it has only the parts that its batch needs. Parameters: $1 the tasks,
 * a JSON array, $2 the replica, and with `eager` $3 who gets the leases. Answers the leases that were given.
 */
export function insertStatement(parts: InsertParts): { name: string; text: string } {
  const name = `insert-tasks${parts.waits ? '-waits' : ''}${parts.eager ? '-eager' : ''}`
  const text = texts.get(name) ?? insertSql(parts)
  texts.set(name, text)
  return { name, text }
}

function insertSql({ waits, eager }: InsertParts): string {
  return `
      WITH input AS MATERIALIZED (
        SELECT t.*, to_timestamp(run_at_ms / 1000) AS run_at,
               coalesce(to_timestamp(deadline_ms / 1000), 'infinity') AS deadline${eager ? leaseOfRow : ''}
        FROM json_to_recordset($1::json) AS t (
          tenant_id text, id uuid, lane_id int, type text, module_id text, priority smallint, score real, rank bigint,
          run_at_ms float8, deadline_ms float8, timeout_ms int, total_timeout_ms int, max_attempts smallint, complexity real,
          idempotency_key text, submitted_by text, retry_of uuid, accepted_at_ms float8, payload jsonb, event text,
          cost_budget_usd numeric, payload_bytes int, depends_on uuid[], parents int, is_eager bool, traceparent text)
      ), added AS (
        INSERT INTO task (tenant_id, id, lane_id, type, module_id, priority, score, rank, run_at, deadline, timeout_ms,
                          max_attempts, complexity, idempotency_key, submitted_by, retry_of, accepted_at, payload,
                          cost_budget_usd, payload_bytes, depends_on, total_timeout_ms, traceparent)
        SELECT tenant_id, id, lane_id, type, module_id, priority, score, rank, run_at, deadline, timeout_ms, max_attempts,
               complexity, idempotency_key, submitted_by, retry_of, to_timestamp(accepted_at_ms / 1000),
               coalesce(payload, 'null'), cost_budget_usd, payload_bytes, depends_on, total_timeout_ms, traceparent
        FROM input
      ), queued AS (
        INSERT INTO ready (lane_id, rank, priority, deadline, id, tenant_id, attempts, enqueued_at)
        SELECT lane_id, rank, priority, deadline, id, tenant_id, 0, clock_timestamp()
        FROM input WHERE run_at IS NULL AND parents = 0${eager ? ' AND is_eager IS NULL' : ''}
      ), ${waits ? delayed : ''} ${eager ? leased : ''} counted AS (
        INSERT INTO task_total (tenant_id, replica_id, accepted, live_bytes)
        SELECT tenant_id, $2, count(*), sum(payload_bytes) FROM input GROUP BY tenant_id
        ON CONFLICT (tenant_id, replica_id) DO UPDATE SET
          accepted = task_total.accepted + excluded.accepted, live_bytes = task_total.live_bytes + excluded.live_bytes
      ), told AS (
        INSERT INTO event_batch (tenant_id, count, types, events)
        SELECT tenant_id, count(*)${eager ? ' + count(is_eager)' : ''}, array_remove(ARRAY[
                 ${eager ? "CASE WHEN bool_or(is_eager) THEN 'task.running' END," : ''}
                 CASE WHEN bool_or(run_at IS NULL AND parents = 0) THEN 'task.ready' END,
                 CASE WHEN bool_or(run_at IS NOT NULL AND parents = 0) THEN 'task.scheduled' END,
                 CASE WHEN bool_or(parents > 0) THEN 'task.blocked' END], NULL),
               '[' || string_agg(${eager ? eventsOfRow : 'event'}, ',') || ']'
        FROM input GROUP BY tenant_id
      )
      ${eager ? leasesGiven : 'SELECT WHERE false'}`
}

const delayed = `delayed AS (
        INSERT INTO waiting (id, tenant_id, due_at, parents, attempts, reason, since)
        SELECT id, tenant_id, CASE WHEN parents = 0 THEN run_at END, parents, 0,
               CASE WHEN parents = 0 THEN 'not_before' ELSE 'parents' END, clock_timestamp()
        FROM input WHERE run_at IS NOT NULL OR parents > 0
      ),`

// The number and the moment of a lease are made with the row of its task: read from the leases they would cost a join.
const leaseOfRow = `,
               CASE WHEN is_eager THEN nextval('lease_no_seq') END AS lease_no,
               CASE WHEN is_eager THEN clock_timestamp() END AS claimed_at`

const leased = `leased AS (
        INSERT INTO lease (id, tenant_id, lease_no, replica_id, attempts, enqueued_at, claimed_at)
        SELECT id, tenant_id, lease_no, $3, 0, claimed_at, claimed_at FROM input WHERE is_eager
      ),`

const eventsOfRow = `CASE WHEN is_eager THEN concat(event, ',', ${runningEvent}) ELSE event END`

const leasesGiven = `SELECT id, lease_no, (extract(epoch FROM claimed_at) * 1000)::float8 AS claimed_ms
      FROM input WHERE is_eager`
