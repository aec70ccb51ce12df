import type { Pool } from 'pg'
import type { OutcomeReader } from '#server/core/suggestions/suggestion-ports.ts'
import type { ObservedCall, ObservedTask } from '#server/core/suggestions/verdict/measures.ts'
import { inTransaction } from '../in-transaction.ts'
import { readBreakerChangesOf } from '../simulations/read-breaker-changes.ts'
import { ms } from '../simulations/read-tasks.ts'
import { chooseSample } from './choose-sample.ts'

interface Row {
  type: string
  accepted_ms: number
  wait_ms: number
  run_ms: number
  has_failed: boolean
  has_missed: boolean | null
  calls: CallRow[]
}

/** As JSON has it: times in ms. */
type CallRow = [
  number: number,
  moduleId: string,
  instanceId: string,
  outcome: ObservedCall['outcome'],
  waitMs: number,
  durationMs: number,
  costUsd: number,
  inFlight: number | null,
  repeats: [moduleId: string, instanceId: string, errorCode: string | null] | null,
]

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
    readBreakerChanges: window =>
      inTransaction(pool, async client => {
        await client.query(`SET LOCAL statement_timeout = ${timeoutMs}`)
        return readBreakerChangesOf(client, window)
      }),
  }
}

/**
 * Looks up one task after the other, which the limits make sure of. Going on to another module at once is no retry: one waited for
 * its turn after a failure.
 */
const readChosen = `
  SELECT t.type, ${ms('t.accepted_at')} AS accepted_ms,
    ${ms('coalesce(o.started_at, o.finished_at)')} - ${ms('t.due_at')} AS wait_ms,
    ${ms('o.finished_at')} - ${ms('coalesce(o.started_at, o.finished_at)')} AS run_ms,
    o.status <> 'succeeded' AS has_failed,
    CASE WHEN t.deadline < 'infinity' THEN o.status = 'expired' OR o.finished_at > t.deadline END AS has_missed,
    c.calls
  FROM unnest($2::uuid[]) AS chosen(id)
  CROSS JOIN LATERAL (
    SELECT type, accepted_at, greatest(accepted_at, run_at) AS due_at, deadline
    FROM task WHERE tenant_id = $1 AND task.id = chosen.id LIMIT 1) AS t
  CROSS JOIN LATERAL (
    SELECT status, started_at, finished_at FROM outcome WHERE tenant_id = $1 AND outcome.id = chosen.id LIMIT 1) AS o
  CROSS JOIN LATERAL (
    SELECT coalesce(jsonb_agg(jsonb_build_array(
        number, module_id, instance_id, outcome,
        greatest(0, ${ms('dispatched_at')} - ${ms('greatest(enqueued_at, t.due_at, ended_before)')}),
        greatest(0, ${ms('ended_at')} - ${ms('dispatched_at')}), cost_usd, in_flight,
        CASE WHEN outcome_before IN ('failed', 'timed_out') AND enqueued_at >= ended_before
          THEN jsonb_build_array(module_before, instance_before, error_before) END) ORDER BY number), '[]') AS calls
    FROM (
      SELECT number, module_id, instance_id, outcome, enqueued_at, dispatched_at, ended_at, cost_usd,
        (decision -> 'candidates' -> 0 ->> 'inFlight')::int AS in_flight,
        lag(module_id) OVER by_number AS module_before, lag(instance_id) OVER by_number AS instance_before,
        lag(outcome) OVER by_number AS outcome_before, lag(ended_at) OVER by_number AS ended_before,
        lag(error_code) OVER by_number AS error_before
      FROM attempt WHERE tenant_id = $1 AND task_id = chosen.id
      WINDOW by_number AS (ORDER BY number)) AS call) AS c
  WHERE o.status IN ('succeeded', 'failed', 'expired')
  ORDER BY chosen.id`

function toTask(row: Row): ObservedTask {
  const [waitMs, runMs] = [Math.max(0, row.wait_ms), Math.max(0, row.run_ms)]
  return {
    type: row.type,
    acceptedAt: row.accepted_ms,
    waitMs,
    runMs,
    latencyMs: waitMs + runMs,
    hasFailed: row.has_failed,
    hasMissedDeadline: row.has_missed,
    calls: row.calls.map(toCall),
  }
}

function toCall([
  number,
  moduleId,
  instanceId,
  outcome,
  waitMs,
  durationMs,
  costUsd,
  inFlight,
  before,
]: CallRow): ObservedCall {
  const repeats = before && { moduleId: before[0], instanceId: before[1], errorCode: before[2] }
  const atOnce = inFlight === null ? null : inFlight + 1
  return { number, moduleId, instanceId, outcome, waitMs, durationMs, costUsd, atOnce, repeats }
}
