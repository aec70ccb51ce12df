import type { Pool } from 'pg'
import type { LineageEntry } from '#server/contracts/dead-letters.ts'
import type { TaskStatus } from '#server/contracts/tasks.ts'
import { statusSql } from '../tasks/status-sql.ts'

/** So many tasks are read in either direction. */
const mostTasks = 50

/**
 * The tasks of the chain of retries and reprocessings that this one belongs to, oldest first; at most 50 either way. A task may have been
 * retried any number of times, and each of those again: of one task's the newest come first, and no more are looked up than are answered.
 */
export async function readLineage(pool: Pool, tenantId: string, id: string): Promise<LineageEntry[]> {
  const { rows } = await pool.query<{ id: string; status: TaskStatus; accepted_at: Date; error_code: string | null }>({
    name: 'read-lineage',
    text: `
      WITH RECURSIVE back AS (
        SELECT t.id, t.retry_of, 0 AS step FROM task t WHERE t.tenant_id = $1 AND t.id = $2::uuid
        UNION ALL
        SELECT t.id, t.retry_of, b.step + 1 FROM back b JOIN task t ON t.tenant_id = $1 AND t.id = b.retry_of
        WHERE b.step < ${mostTasks}
      ), forth AS (
        SELECT $2::uuid AS id
        UNION ALL
        SELECT made.id FROM forth f CROSS JOIN LATERAL (
          SELECT t.id FROM task t WHERE t.tenant_id = $1 AND t.retry_of = f.id ORDER BY t.id DESC LIMIT ${mostTasks}
        ) AS made
      )
      SELECT t.id, ${statusSql('t')} AS status, t.accepted_at, o.error_code
      FROM (SELECT id FROM back UNION (SELECT id FROM forth LIMIT ${mostTasks + 1})) chain
      JOIN task t ON t.tenant_id = $1 AND t.id = chain.id
      LEFT JOIN outcome o ON o.tenant_id = $1 AND o.id = t.id
      ORDER BY t.id`,
    values: [tenantId, id],
  })
  return rows.map(row => ({
    id: row.id,
    status: row.status,
    createdAt: row.accepted_at.toISOString(),
    errorCode: row.error_code,
  }))
}
