import type { ClientBase } from 'pg'

export interface RecordedTaskRow {
  id: string
  type: string
  priority: number
  module_id: string | null
  accepted_ms: number
  run_ms: number | null
  deadline_ms: number | null
  timeout_ms: number
  total_timeout_ms: number | null
  max_attempts: number
  complexity: number
  cost_budget_usd: string | null
  cpu: number
  memory_mb: number
  depends_on: string[] | null
  status: string | null
  finished_ms: number | null
  reason: string | null
}

/** Of each so many minutes only the first ten are read; 1 reads all. */
export interface Sampling {
  oneOf: number
}

/** Whole minutes that are read together. */
export const minutesTogether = 10

/**
 * The next tasks after `afterId` and before `endId` in the order of their ids, with how they ended. Keyset pages over the
 * primary key, so each page costs the same.
 */
export async function readTasks(
  client: ClientBase,
  page: { tenantId: string; afterId: string; endId: string; limit: number; sampling: Sampling },
): Promise<RecordedTaskRow[]> {
  const { tenantId, afterId, endId, limit, sampling } = page
  const { rows } = await client.query<RecordedTaskRow>({
    name: 'read-recorded-tasks',
    text: `
      SELECT t.id, t.type, t.priority, t.module_id, ${ms('t.accepted_at')} AS accepted_ms, ${ms('t.run_at')} AS run_ms,
        CASE WHEN t.deadline < 'infinity' THEN ${ms('t.deadline')} END AS deadline_ms,
        t.timeout_ms, t.total_timeout_ms, t.max_attempts, t.complexity::float8 AS complexity, t.cost_budget_usd,
        l.cpu, l.memory_mb, t.depends_on, o.status, ${ms('o.finished_at')} AS finished_ms, o.reason
      FROM task t
      JOIN lane l ON l.id = t.lane_id
      LEFT JOIN outcome o ON o.tenant_id = t.tenant_id AND o.id = t.id
      WHERE t.tenant_id = $1 AND t.id > $2 AND t.id < $3
        AND (floor(extract(epoch FROM t.accepted_at) / ${60 * minutesTogether})::bigint % $5::int) = 0
      ORDER BY t.id
      LIMIT $4`,
    values: [tenantId, afterId, endId, limit, sampling.oneOf],
  })
  return rows
}

/** SQL for a moment in ms since the epoch. */
export function ms(column: string): string {
  return `(extract(epoch FROM ${column}) * 1000)::float8`
}
