import type { Pool } from 'pg'
import type { TaskStatus } from '#server/contracts/tasks.ts'
import type { GraphTask } from '#server/core/queue/dependency-store.ts'
import { statusSql } from './status-sql.ts'

interface Row {
  id: string
  type: string
  module_id: string | null
  status: TaskStatus
  priority: number
  rank: string
  complexity: number
  depends_on: string[] | null
  run_ms: number | null
  deadline_ms: number | null
  started_ms: number | null
}

/**
 * The tasks that hang together with one by their dependencies, nearest first, from one snapshot. The recursion is read row by
 * row and stops at the limit, however large the whole is.
 */
export async function readTaskGraph(
  pool: Pool,
  tenantId: string,
  id: string,
  limit: number,
): Promise<{ tasks: GraphTask[]; isCut: boolean } | null> {
  const { rows } = await pool.query<Row>({ name: 'task-graph', text: graphSql, values: [tenantId, id, limit + 1] })
  if (rows.length === 0) return null
  return { tasks: rows.slice(0, limit).map(toGraphTask), isCut: rows.length > limit }
}

const graphSql = `
  WITH RECURSIVE found (id) AS (
    SELECT t.id FROM task t WHERE t.tenant_id = $1 AND t.id = $2::uuid
    UNION
    SELECT near.id FROM found f CROSS JOIN LATERAL (
      SELECT d.id FROM task t CROSS JOIN LATERAL unnest(t.depends_on) AS d (id) WHERE t.tenant_id = $1 AND t.id = f.id
      UNION ALL
      SELECT e.child_id FROM task_edge e WHERE e.parent_id = f.id
    ) near
  ), nearest AS MATERIALIZED (
    SELECT id, row_number() OVER () AS place FROM (SELECT id FROM found LIMIT $3) f
  )
  SELECT t.id, t.type, t.module_id, t.priority, t.rank, t.complexity, t.depends_on, ${statusSql('t')} AS status,
         (extract(epoch FROM t.run_at) * 1000)::float8 AS run_ms,
         CASE WHEN t.deadline < 'infinity' THEN (extract(epoch FROM t.deadline) * 1000)::float8 END AS deadline_ms,
         (SELECT (extract(epoch FROM l.claimed_at) * 1000)::float8 FROM lease l WHERE l.id = t.id) AS started_ms
  FROM nearest n JOIN task t ON t.tenant_id = $1 AND t.id = n.id ORDER BY n.place`

function toGraphTask(row: Row): GraphTask {
  return {
    id: row.id,
    type: row.type,
    pinnedModuleId: row.module_id,
    status: row.status,
    priority: row.priority,
    rank: Number(row.rank),
    complexity: row.complexity,
    dependsOn: row.depends_on ?? [],
    runAt: row.run_ms,
    deadline: row.deadline_ms,
    startedAt: row.started_ms,
  }
}
