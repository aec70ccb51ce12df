import type { Pool } from 'pg'
import type { RecentMemories, TaskMemory } from '#server/contracts/memory.ts'

interface Row {
  id: string
  type: string
  status: TaskMemory['status']
  served_by: string | null
  priority: number
  attempts: number
  accepted_at: Date
  finished_at: Date
  run_ms: number | null
  cost_usd: string
  error_code: string | null
}

/**
 * The newest tasks that have ended, by the order in which they were sent; one backward range of a primary key,
 * bounded; what is joined is looked up row by row, whatever the planner knows of the tables.
 */
export async function readRecent(
  pool: Pool,
  tenantId: string,
  { taskType, limit }: RecentMemories,
): Promise<TaskMemory[]> {
  const isOfType = taskType !== undefined
  const { rows } = await pool.query<Row>({
    name: isOfType ? 'read-recent-memories-of-type' : 'read-recent-memories',
    text: `
      SELECT o.id, t.type, o.status, o.served_by, t.priority, o.attempts, t.accepted_at, o.finished_at, o.error_code,
        (extract(epoch FROM o.finished_at - o.started_at) * 1000)::float8 AS run_ms,
        (SELECT coalesce(sum(a.cost_usd), 0) FROM attempt a WHERE a.tenant_id = $1 AND a.task_id = o.id) AS cost_usd
      FROM (SELECT id FROM ${isOfType ? 'task WHERE tenant_id = $1 AND type = $3' : 'outcome WHERE tenant_id = $1'}
            ORDER BY id DESC) AS newest
      CROSS JOIN LATERAL (SELECT * FROM outcome WHERE tenant_id = $1 AND id = newest.id LIMIT 1) AS o
      CROSS JOIN LATERAL (SELECT * FROM task WHERE tenant_id = $1 AND id = newest.id LIMIT 1) AS t
      ORDER BY newest.id DESC
      LIMIT $2`,
    values: [tenantId, limit, ...(isOfType ? [taskType] : [])],
  })
  return rows.map(row => ({
    taskId: row.id,
    taskType: row.type,
    status: row.status,
    moduleId: row.served_by,
    priority: row.priority,
    attempts: row.attempts,
    acceptedAt: row.accepted_at.toISOString(),
    finishedAt: row.finished_at.toISOString(),
    runMs: row.run_ms,
    costUsd: Number(row.cost_usd),
    errorCode: row.error_code,
  }))
}
