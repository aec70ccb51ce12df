import type { Pool } from 'pg'
import { ensurePartitions } from '../../server/persistence/sql/tasks/partitions.ts'

const dayMs = 86_400_000
/** Days over which stored tasks are spread, today included. */
export const stockDays = 10
const typeCount = 20
const chunk = 100_000

/** The most frequent type, one in a thousand, and those that a twentieth of the tasks have each. */
export const types = { rare: 'stock.rare', usual: 'stock.t03' } as const
/** A module that has served one task in ten thousand, one of ten that share the rest, and one that some are pinned to. */
export const modules = { rare: 'module-rare', usual: 'module-3', pinned: 'module-pinned' } as const

/**
 * Fills an empty, migrated database with so many ended tasks, spread over the last days through the real partitions, in order of
 * their ids: outcome and attempt of each, as the server would have left them. `onProgress` hears how many there are.
 */
export async function storeEnded(pool: Pool, count: number, onProgress: (stored: number) => void): Promise<void> {
  await ensurePartitions(pool, Date.now() - (stockDays - 1) * dayMs, stockDays)
  await makeLanes(pool)
  await pool.query(
    `INSERT INTO service_record (tenant_id, task_type, module_id, successes, failures)
     SELECT 'default', l.task_type, m, 1, 0
     FROM lane l CROSS JOIN unnest(array_append(ARRAY(SELECT 'module-' || n FROM generate_series(0, 9) n), $1)) m`,
    [modules.rare],
  )
  for (let stored = 0; stored < count; stored += chunk) {
    await pool.query(endedSql, [stored, Math.min(chunk, count - stored), count, stockDays * dayMs])
    onProgress(Math.min(count, stored + chunk))
  }
  await pool.query('VACUUM (ANALYZE) task, outcome, attempt')
}

/** Puts so many tasks of ten types into the queue, in rank order. Answers their lanes. */
export async function enqueue(pool: Pool, count: number): Promise<number[]> {
  await ensurePartitions(pool, Date.now(), 1)
  const lanes = (await makeLanes(pool)).slice(0, 10)
  for (let done = 0; done < count; done += chunk) {
    await pool.query(readySql, [lanes, Math.min(chunk, count - done), done])
  }
  await pool.query('VACUUM (ANALYZE) ready, task')
  return lanes
}

async function makeLanes(pool: Pool): Promise<number[]> {
  const { rows } = await pool.query<{ id: number }>(
    `INSERT INTO lane (tenant_id, task_type)
     SELECT 'default', 'stock.t' || lpad(n::text, 2, '0') FROM generate_series(0, $1 - 1) n UNION ALL SELECT 'default', $2
     ON CONFLICT DO NOTHING RETURNING id`,
    [typeCount, types.rare],
  )
  return rows.map(row => row.id)
}

/** UUIDs of version 7 for the moment `at`, in order of `n` within one millisecond. */
const idSql = `
  overlay(overlay(lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(n % 4096), 3, '0')
    || '8' || substr(md5(n::text), 1, 15) PLACING '-' FROM 9 FOR 0) PLACING '-' FROM 14 FOR 0)::uuid`

const endedSql = `
  WITH made AS MATERIALIZED (
    SELECT n, clock_timestamp() - ($3::float8 - n) / $3 * $4 * interval '1 ms' AS at FROM generate_series($1::bigint, $1::bigint + $2 - 1) n
  ), named AS MATERIALIZED (
    SELECT n, at, ${idSql} AS id, CASE WHEN n % 1000 = 7 THEN '${types.rare}' ELSE 'stock.t' || lpad((n % ${typeCount})::text, 2, '0') END AS type,
           CASE WHEN n % 10000 = 11 THEN '${modules.rare}' ELSE 'module-' || (n % 10) END AS served_by,
           CASE WHEN n % 100 < 97 THEN 'succeeded' WHEN n % 100 < 99 THEN 'failed' WHEN n % 200 = 99 THEN 'cancelled' ELSE 'expired' END AS status
    FROM made
  ), tasks AS (
    INSERT INTO task (tenant_id, id, lane_id, type, module_id, priority, score, rank, timeout_ms, max_attempts, submitted_by,
                      accepted_at, payload, payload_bytes)
    SELECT 'default', t.id, l.id, t.type, CASE WHEN n % 50 = 3 THEN '${modules.pinned}' END, 5, 2, extract(epoch FROM at)::bigint, 30000, 4,
           'bench', at, jsonb_build_object('n', n), 12
    FROM named t JOIN lane l ON l.task_type = t.type ORDER BY n
  ), outcomes AS (
    INSERT INTO outcome (tenant_id, id, status, served_by, attempts, started_at, finished_at, error_code, error_message, result)
    SELECT 'default', id, status, served_by, 1, at, at + interval '50 ms', CASE WHEN status = 'failed' THEN 'E' END,
           CASE WHEN status = 'failed' THEN 'it failed' END, CASE WHEN status = 'succeeded' THEN '{"ok": true}'::jsonb END
    FROM named ORDER BY n
  )
  INSERT INTO attempt (tenant_id, task_id, number, lease_no, replica_id, module_id, instance_id, outcome, enqueued_at, claimed_at,
                       dispatched_at, ended_at)
  SELECT 'default', id, 1, n, 'bench', served_by, 'i', CASE WHEN status = 'succeeded' THEN 'succeeded' ELSE 'failed' END, at, at, at,
         at + interval '50 ms'
  FROM named ORDER BY n`

const readySql = `
  WITH made AS MATERIALIZED (
    SELECT n, clock_timestamp() AS at, ($1::int[])[1 + n % array_length($1::int[], 1)] AS lane_id
    FROM generate_series($3::bigint, $3::bigint + $2 - 1) n
  ), named AS MATERIALIZED (SELECT n, at, lane_id, ${idSql} AS id FROM made), tasks AS (
    INSERT INTO task (tenant_id, id, lane_id, type, priority, score, rank, timeout_ms, max_attempts, submitted_by, accepted_at, payload,
                      payload_bytes)
    SELECT 'default', t.id, lane_id, l.task_type, 5, 2, n / 100, 30000, 4, 'bench', at, jsonb_build_object('n', n), 12
    FROM named t JOIN lane l ON l.id = t.lane_id ORDER BY n
  )
  INSERT INTO ready (lane_id, rank, priority, deadline, id, tenant_id, attempts, enqueued_at)
  SELECT lane_id, n / 100, 5, 'infinity', id, 'default', 0, at FROM named ORDER BY lane_id, n`
