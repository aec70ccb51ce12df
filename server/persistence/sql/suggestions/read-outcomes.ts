import type { Pool } from 'pg'
import type { OutcomeReader } from '#server/core/suggestions/suggestion-ports.ts'
import { inTransaction } from '../in-transaction.ts'
import { ms } from '../simulations/read-tasks.ts'
import { chooseSample } from './choose-sample.ts'

interface Row {
  type: string
  accepted_ms: number
  wait_ms: number
  run_ms: number
  has_failed: boolean
  has_missed: boolean | null
  calls: number
  timed_out: number
  retries: number
  good_retries: number
  cost_usd: number
}

const mostPassed = 100_000

/** It is a duty's question, asked rarely: it gives up before it is in anybody's way. */
const timeoutMs = 15_000

/**
 * Tasks that were accepted in a window and have ended, on their own account: what was cancelled says nothing. Of many tasks a
 * sample is read, so that the cost does not grow with what there is: 0.3 s of a week of 100,000 tasks, 1 s of one of 1,000,000, on two
 * shared cores.
 */
export function createOutcomeReader(pool: Pool, limits = { mostPassed }): OutcomeReader {
  return {
    read: request =>
      inTransaction(pool, async client => {
        await client.query(`SET LOCAL statement_timeout = ${timeoutMs}`)
        const { ids, share } = await chooseSample(client, { ...request, ...limits })
        const { rows } = await client.query<Row>(readChosen, [request.tenantId, ids])
        return { tasks: rows.map(toTask), share }
      }),
  }
}

/**
 * Looks up one task after the other, which the limits make sure of. Going on to another module at once is no retry: one waited for
 * its turn after a failure.
 */
const readChosen = `
  SELECT t.type, ${ms('t.accepted_at')} AS accepted_ms,
    ${ms('coalesce(o.started_at, o.finished_at)')} - ${ms('greatest(t.accepted_at, t.run_at)')} AS wait_ms,
    ${ms('o.finished_at')} - ${ms('coalesce(o.started_at, o.finished_at)')} AS run_ms,
    o.status <> 'succeeded' AS has_failed,
    CASE WHEN t.deadline < 'infinity' THEN o.status = 'expired' OR o.finished_at > t.deadline END AS has_missed,
    c.calls, c.timed_out, c.retries, c.good_retries, c.cost_usd
  FROM unnest($2::uuid[]) AS chosen(id)
  CROSS JOIN LATERAL (
    SELECT type, accepted_at, run_at, deadline FROM task WHERE tenant_id = $1 AND task.id = chosen.id LIMIT 1) AS t
  CROSS JOIN LATERAL (
    SELECT status, started_at, finished_at FROM outcome WHERE tenant_id = $1 AND outcome.id = chosen.id LIMIT 1) AS o
  CROSS JOIN LATERAL (
    SELECT count(*)::int AS calls, count(*) FILTER (WHERE outcome = 'timed_out')::int AS timed_out,
      count(*) FILTER (WHERE is_retry)::int AS retries,
      count(*) FILTER (WHERE is_retry AND outcome = 'succeeded')::int AS good_retries,
      coalesce(sum(cost_usd), 0)::float8 AS cost_usd
    FROM (
      SELECT outcome, cost_usd,
        lag(outcome) OVER by_number IN ('failed', 'timed_out') AND enqueued_at >= lag(ended_at) OVER by_number AS is_retry
      FROM attempt WHERE tenant_id = $1 AND task_id = chosen.id
      WINDOW by_number AS (ORDER BY number)) AS call) AS c
  WHERE o.status IN ('succeeded', 'failed', 'expired')
  ORDER BY chosen.id`

function toTask(row: Row): Awaited<ReturnType<OutcomeReader['read']>>['tasks'][number] {
  return {
    type: row.type,
    acceptedAt: row.accepted_ms,
    waitMs: Math.max(0, row.wait_ms),
    runMs: Math.max(0, row.run_ms),
    hasFailed: row.has_failed,
    hasMissedDeadline: row.has_missed,
    calls: row.calls,
    timedOut: row.timed_out,
    retries: row.retries,
    goodRetries: row.good_retries,
    costUsd: row.cost_usd,
  }
}
