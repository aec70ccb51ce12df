import type { Pool } from 'pg'
import type { ServiceChoice } from '#server/contracts/decisions.ts'
import type { CallQuery, DecidedCall, RecordedCall } from '#server/core/learning/learning-store.ts'
import { firstIdAt } from '../id-range.ts'

export interface CallRow {
  task_id: string
  type: string
  module_id: string
  ok: boolean
  duration_ms: number
  cost_usd: string
  dispatched_ms: number
}

interface DecidedRow extends CallRow {
  choice: ServiceChoice | null
  fallbacks: string[] | null
}

/**
 * The newest calls of a tenant that say something about their service, in the order of their tasks' ids from the end: a range of
 * two primary keys, read backwards until enough are found. With a type, candidates come from the index by type.
 */
export async function readCalls(pool: Pool, tenantId: string, query: CallQuery): Promise<RecordedCall[]> {
  const { rows } = await pool.query<CallRow>(newestCalls('read-calls', '', tenantId, query))
  return rows.map(toCall)
}

/** The same with the decisions behind them, as far as what else could have been chosen goes. */
export async function readDecidedCalls(pool: Pool, tenantId: string, query: CallQuery): Promise<DecidedCall[]> {
  const columns = `, a.decision -> 'choice' AS choice, a.decision -> 'fallbacks' AS fallbacks`
  const { rows } = await pool.query<DecidedRow>(newestCalls('read-decided-calls', columns, tenantId, query))
  return rows.map(row => ({ ...toCall(row), choice: row.choice, fallbacks: row.fallbacks ?? [] }))
}

/** How a call says something about its service: busy, lost, cancelled and pre-empted ones do not. */
const tellingOutcomes = `('succeeded', 'failed', 'timed_out')`

/** The statement for the newest calls, with further columns of the attempt `a`. */
export function newestCalls(name: string, columns: string, tenantId: string, { taskType, from, limit }: CallQuery) {
  return {
    name: taskType === undefined ? name : `${name}-of-type`,
    text: `
      SELECT t.id AS task_id, t.type, a.module_id, a.outcome = 'succeeded' AS ok, a.cost_usd,
        (extract(epoch FROM a.ended_at - a.dispatched_at) * 1000)::float8 AS duration_ms,
        (extract(epoch FROM a.dispatched_at) * 1000)::float8 AS dispatched_ms${columns}
      FROM task t
      JOIN attempt a ON a.tenant_id = t.tenant_id AND a.task_id = t.id
      WHERE t.tenant_id = $1 AND t.id >= $2 AND a.task_id >= $2 AND a.outcome IN ${tellingOutcomes}
        ${taskType === undefined ? '' : 'AND t.type = $4'}
      ORDER BY t.id DESC, a.number DESC
      LIMIT $3`,
    values: [tenantId, firstIdAt(from), limit, ...(taskType === undefined ? [] : [taskType])],
  }
}

export function toCall(row: CallRow): RecordedCall {
  return {
    taskId: row.task_id,
    taskType: row.type,
    moduleId: row.module_id,
    ok: row.ok,
    durationMs: row.duration_ms,
    costUsd: Number(row.cost_usd),
    dispatchedAt: row.dispatched_ms,
  }
}
