import type pg from 'pg'
import type { OrchestratorStats } from '../../server/contracts/stats.ts'
import type { Client } from '../../server/testing/client.ts'
import { until } from '../../server/testing/until.ts'

/** What must hold after every fault, and how it is counted: each query answers how often it does not. */
const invariants: readonly { text: string; sql: string }[] = [
  {
    text: 'accepted tasks that are neither alive nor ended, or in two places at once',
    sql: `
      WITH place AS (
        SELECT id FROM ready UNION ALL SELECT id FROM waiting UNION ALL SELECT id FROM lease UNION ALL SELECT id FROM outcome
      ), places AS (SELECT id, count(*) AS times FROM place GROUP BY id)
      SELECT count(*) FROM task t FULL JOIN places p ON p.id = t.id WHERE t.id IS NULL OR p.times IS DISTINCT FROM 1`,
  },
  {
    text: 'tasks whose books do not show exactly one success where they say that they succeeded',
    sql: `
      WITH success AS (SELECT task_id AS id, count(*) AS times FROM attempt WHERE outcome = 'succeeded' GROUP BY task_id)
      SELECT count(*) FROM success s FULL JOIN (SELECT id FROM outcome WHERE status = 'succeeded') o ON o.id = s.id
      WHERE o.id IS NULL OR s.times IS DISTINCT FROM 1`,
  },
  {
    text: 'idempotency keys under which several tasks were made',
    sql: `SELECT count(*) FROM (
      SELECT FROM task WHERE idempotency_key IS NOT NULL GROUP BY tenant_id, idempotency_key HAVING count(*) > 1) k`,
  },
  {
    text: 'attempts written by a holder whose lease had been taken over',
    sql: `
      SELECT count(*) FROM attempt a JOIN attempt lost
        ON lost.task_id = a.task_id AND lost.lease_no = a.lease_no AND lost.outcome = 'lost' AND a.outcome <> 'lost'
       AND a.ended_at >= lost.ended_at`,
  },
  {
    text: 'attempts whose numbers and leases do not grow together',
    sql: `
      SELECT count(*) FROM attempt a JOIN attempt b ON b.task_id = a.task_id AND b.number > a.number AND b.lease_no < a.lease_no`,
  },
  {
    text: 'ended tasks that were not told of as such exactly once',
    sql: `
      WITH told AS (
        SELECT (e ->> 'taskId')::uuid AS id, e ->> 'type' AS type, count(*) AS times
        FROM event_batch b CROSS JOIN LATERAL jsonb_array_elements(b.events::jsonb) e
        WHERE b.types && '{task.succeeded,task.failed,task.cancelled,task.expired}'
          AND e ->> 'type' IN ('task.succeeded', 'task.failed', 'task.cancelled', 'task.expired')
        GROUP BY 1, 2
      )
      SELECT count(*) FROM told t FULL JOIN outcome o ON o.id = t.id AND t.type = 'task.' || o.status
      WHERE o.id IS NULL OR t.times IS DISTINCT FROM 1`,
  },
  {
    text: 'gaps or overlaps in the numbers of events',
    sql: `
      SELECT count(*) FROM (
        SELECT first_seq, count, lag(first_seq + count, 1, 1::bigint) OVER (ORDER BY first_seq) AS due
        FROM event_batch WHERE first_seq IS NOT NULL
      ) b WHERE first_seq <> due`,
  },
  {
    text: 'running totals that are not what the tables hold',
    sql: `
      SELECT count(*) FROM (
        SELECT coalesce(sum(accepted), 0) AS accepted, coalesce(sum(succeeded), 0) AS succeeded, coalesce(sum(failed), 0) AS failed,
               coalesce(sum(cancelled), 0) AS cancelled, coalesce(sum(expired), 0) AS expired, coalesce(sum(live_bytes), 0) AS bytes
        FROM task_total
      ) total, (
        SELECT count(*) AS accepted, count(*) FILTER (WHERE o.status = 'succeeded') AS succeeded,
               count(*) FILTER (WHERE o.status = 'failed') AS failed, count(*) FILTER (WHERE o.status = 'cancelled') AS cancelled,
               count(*) FILTER (WHERE o.status = 'expired') AS expired,
               coalesce(sum(t.payload_bytes) FILTER (WHERE o.id IS NULL), 0) AS bytes
        FROM task t LEFT JOIN outcome o ON o.tenant_id = t.tenant_id AND o.id = t.id
      ) held
      WHERE (total.accepted, total.succeeded, total.failed, total.cancelled, total.expired, total.bytes)
        IS DISTINCT FROM (held.accepted, held.succeeded, held.failed, held.cancelled, held.expired, held.bytes)`,
  },
  {
    text: 'tasks that failed without a dead letter, or dead letters of others',
    sql: `SELECT count(*) FROM (SELECT id FROM outcome WHERE status = 'failed') o FULL JOIN dead_letter d ON d.id = o.id
          WHERE o.id IS NULL OR d.id IS NULL`,
  },
  {
    text: 'checkpoints and edges of tasks that have ended',
    sql: `SELECT (SELECT count(*) FROM checkpoint c JOIN outcome o ON o.id = c.task_id)
               + (SELECT count(*) FROM awaited a JOIN outcome o ON o.id = a.id)`,
  },
]

/** What is not as it must be, in words, from one snapshot of the database. `acknowledged` are ids that callers were given. */
export async function brokenInvariants(pool: pg.Pool, acknowledged: ReadonlySet<string>): Promise<string[]> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    const broken: string[] = []
    for (const { text, sql } of invariants) {
      const count = await countOf(client, sql)
      if (count > 0) broken.push(`${count} ${text}`)
    }
    const lost = await countOf(
      client,
      'SELECT count(*) FROM unnest($1::uuid[]) AS a (id) WHERE NOT EXISTS (SELECT FROM task t WHERE t.id = a.id)',
      [[...acknowledged]],
    )
    if (lost > 0) broken.push(`${lost} acknowledged tasks lost`)
    return broken
  } finally {
    await client.query('ROLLBACK').catch(() => {})
    client.release()
  }
}

/**
 * What is still held when nothing runs any more: leases, and slots of any of these replicas, which hear of each other's once a
 * second. Waits for that; answers what stays.
 */
export async function leaksAtRest(pool: pg.Pool, clients: readonly Client[]): Promise<string[]> {
  let held: string[] = []
  const isClean = async () => {
    held = await heldAtRest(pool, clients)
    return held.length === 0
  }
  await until('nothing is held', isClean).catch(() => {})
  return held
}

async function heldAtRest(pool: pg.Pool, clients: readonly Client[]): Promise<string[]> {
  const leases = await countOf(pool, 'SELECT count(*) FROM lease')
  const unnumbered = await countOf(pool, 'SELECT count(*) FROM event_batch WHERE first_seq IS NULL')
  const stats = await Promise.all(clients.map(client => client.query<OrchestratorStats>('stats.orchestrator')))
  const slots = stats.reduce((sum, { loadBalancer }) => sum + loadBalancer.inFlight, 0)
  return [
    ...(leases > 0 ? [`${leases} leases held at rest`] : []),
    ...(slots > 0 ? [`${slots} slots held at rest`] : []),
    ...(unnumbered > 0 ? [`${unnumbered} batches of events without a number at rest`] : []),
  ]
}

async function countOf(source: Pick<pg.Pool, 'query'>, sql: string, values: unknown[] = []): Promise<number> {
  const { rows } = await source.query<{ count: string }>(`SELECT (${sql.trim()})::int AS count`, values)
  return Number(rows[0]?.count)
}
