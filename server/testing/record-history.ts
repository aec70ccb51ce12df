import type { Pool } from 'pg'
import type { RecordedHistory } from '#server/core/simulator/recorded-history.ts'
import { firstIdAt } from '#server/persistence/sql/id-range.ts'

const rowsTogether = 2_000

/** Writes a history as if it had been recorded `shiftMs` later: its ended tasks with their calls, as PostgreSQL keeps them. */
export async function recordHistory(pool: Pool, { tenantId, tasks }: RecordedHistory, shiftMs: number): Promise<void> {
  const lanes = new Map<string, number>()
  for (const type of new Set(tasks.map(task => task.type))) lanes.set(type, await laneOf(pool, tenantId, type))
  const rows = tasks.map((task, place) => ({
    ...task,
    id: idAt(task.acceptedAt + shiftMs, place),
    lane: lanes.get(task.type),
    attempts: task.attempts.map((attempt, index) => ({ ...attempt, number: index + 1 })),
  }))
  for (let start = 0; start < rows.length; start += rowsTogether) {
    await insert(pool, tenantId, rows.slice(start, start + rowsTogether), shiftMs)
  }
}

async function laneOf(pool: Pool, tenantId: string, type: string): Promise<number> {
  const { rows } = await pool.query<{ id: number }>(
    `INSERT INTO lane (tenant_id, task_type) VALUES ($1, $2)
     ON CONFLICT (tenant_id, task_type, module_id, cpu, memory_mb) DO UPDATE SET task_type = excluded.task_type RETURNING id`,
    [tenantId, type],
  )
  return rows[0]?.id ?? 0
}

/** A UUIDv7 of that moment; `place` tells those of one millisecond apart. */
function idAt(at: number, place: number): string {
  return `${firstIdAt(at).slice(0, 13)}-7000-8000-${place.toString(16).padStart(12, '0')}`
}

async function insert(pool: Pool, tenantId: string, rows: readonly object[], shiftMs: number): Promise<void> {
  const time = (column: string) => `to_timestamp(((${column})::float8 + $3) / 1000)`
  const columns = `id uuid, lane int, type text, priority int, "acceptedAt" float8, deadline float8, "timeoutMs" int,
    "maxAttempts" int, attempts jsonb, status text, "finishedAt" float8, "endReason" text`
  await pool.query(
    `WITH t AS (SELECT * FROM jsonb_to_recordset($2::jsonb) AS r(${columns})),
     tasks AS (
       INSERT INTO task (tenant_id, id, lane_id, type, priority, score, rank, deadline, timeout_ms, max_attempts, submitted_by,
                         accepted_at, payload)
       SELECT $1, id, lane, type, priority, 2, 0, coalesce(${time('deadline')}, 'infinity'), "timeoutMs", "maxAttempts", 'test',
              ${time('"acceptedAt"')}, 'null' FROM t),
     outcomes AS (
       INSERT INTO outcome (tenant_id, id, status, attempts, started_at, finished_at, reason)
       SELECT $1, id, status, jsonb_array_length(attempts), ${time("attempts -> 0 ->> 'dispatchedAt'")}, ${time('"finishedAt"')},
              "endReason" FROM t)
     INSERT INTO attempt (tenant_id, task_id, number, lease_no, replica_id, module_id, instance_id, outcome, error_code,
                          enqueued_at, claimed_at, dispatched_at, ended_at, decision)
     SELECT $1, id, (a ->> 'number')::int, 1, 'test', a ->> 'moduleId', a ->> 'instanceId', a ->> 'outcome', a ->> 'errorCode',
            ${time("a ->> 'enqueuedAt'")}, ${time("a ->> 'enqueuedAt'")}, ${time("a ->> 'dispatchedAt'")}, ${time("a ->> 'endedAt'")},
            json_build_object('candidates', json_build_array(json_build_object('inFlight', (a ->> 'inFlight')::int)))
     FROM t, jsonb_array_elements(t.attempts) a`,
    [tenantId, JSON.stringify(rows), shiftMs],
  )
}
