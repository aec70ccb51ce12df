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

/** The newest calls of a tenant that say something about their service, in the order of their tasks' ids from the end. */
export async function readCalls(pool: Pool, tenantId: string, query: CallQuery): Promise<RecordedCall[]> {
  const { rows } = await pool.query<CallRow>(newestCalls(tenantId, query, { name: 'read-calls' }))
  return rows.map(toCall)
}

/** The same with the decisions behind them, as far as what else could have been chosen goes. */
export async function readDecidedCalls(pool: Pool, tenantId: string, query: CallQuery): Promise<DecidedCall[]> {
  // One pass over the text of a decision; two operators would be two.
  const columns = `, kept.choice, kept.fallbacks`
  const joined = `LEFT JOIN LATERAL json_to_record(a.decision) AS kept (choice json, fallbacks json) ON true`
  const more = { name: 'read-decided-calls', columns, joined }
  const { rows } = await pool.query<DecidedRow>(newestCalls(tenantId, query, more))
  return rows.map(row => ({ ...toCall(row), choice: row.choice, fallbacks: row.fallbacks ?? [] }))
}

/** What a statement reads beside the calls themselves: columns of the attempt `a`, the task `t` or of what is joined to them. */
interface MoreOfCalls {
  name: string
  columns?: string
  joined?: string
}

/** No task has more. */
const mostAttempts = 100
/** How a call says something about its service: busy, lost, cancelled and pre-empted ones do not. */
const isTelling = `outcome IN ('succeeded', 'failed', 'timed_out')`

/**
 * The statement for the newest calls. Without a type the newest attempts are found first, so work that waits costs nothing; with one,
 * tasks are gone through from the end in the index by type until enough calls are found. What is joined is looked up row by row: a
 * lateral with a limit is never turned into a join of whole tables, which the planner chose on partitions without statistics (17 s for
 * 100 of 150,000 tasks, on a busy machine; 9 ms so). Decisions and payloads of the calls found are read, and no others.
 */
export function newestCalls(
  tenantId: string,
  { taskType, from, limit }: CallQuery,
  { name, columns = '', joined = '' }: MoreOfCalls,
) {
  const newest =
    taskType === undefined
      ? `(SELECT * FROM attempt WHERE tenant_id = $1 AND task_id >= $2 AND ${isTelling}
          ORDER BY task_id DESC, number DESC LIMIT $3) AS a
        CROSS JOIN LATERAL (SELECT * FROM task WHERE tenant_id = $1 AND id = a.task_id LIMIT 1) AS t
        ${joined}
      ORDER BY a.task_id DESC, a.number DESC`
      : `(SELECT * FROM task WHERE tenant_id = $1 AND type = $4 AND id >= $2 ORDER BY id DESC) AS t
        CROSS JOIN LATERAL (SELECT * FROM attempt
          WHERE tenant_id = $1 AND task_id = t.id AND ${isTelling} ORDER BY number DESC LIMIT ${mostAttempts}) AS a
        ${joined}
      ORDER BY t.id DESC LIMIT $3`
  return {
    name: taskType === undefined ? name : `${name}-of-type`,
    text: `
      SELECT t.id AS task_id, t.type, a.module_id, a.outcome = 'succeeded' AS ok, a.cost_usd,
        (extract(epoch FROM a.ended_at - a.dispatched_at) * 1000)::float8 AS duration_ms,
        (extract(epoch FROM a.dispatched_at) * 1000)::float8 AS dispatched_ms${columns}
      FROM ${newest}`,
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
