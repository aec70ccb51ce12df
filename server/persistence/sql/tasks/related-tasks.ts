import type { Pool } from 'pg'
import { limits } from '#server/contracts/common.ts'
import type { RelatedTask, TaskStatus } from '#server/contracts/tasks.ts'
import type { StoredTask } from '#server/core/queue/task-store.ts'
import { statusSql } from './status-sql.ts'

/** What a task row says of its relations. */
export interface RelationColumns {
  id: string
  depends_on: string[] | null
  caused_by: string | null
  is_awaited: boolean
}

export type Relations = Pick<StoredTask, 'dependsOn' | 'dependants' | 'failedAncestor'>

const unrelated: Relations = { dependsOn: [], dependants: { total: 0, items: [] }, failedAncestor: null }

/** The tasks that one is related to, and what has become of them; asks for nothing when there are none. */
export async function readRelations(pool: Pool, tenantId: string, row: RelationColumns): Promise<Relations> {
  if (row.depends_on === null && !row.is_awaited) return unrelated
  const [children, ancestorId] = await Promise.all([
    row.is_awaited ? readChildren(pool, row.id) : { total: 0, ids: [] },
    row.caused_by === null ? null : findAncestor(pool, tenantId, row.caused_by),
  ])
  const parents = row.depends_on ?? []
  const ids = [...parents, ...children.ids, ...(ancestorId === null ? [] : [ancestorId])]
  const statuses = await readStatuses(pool, tenantId, ids)
  const relate = (id: string): RelatedTask => ({ id, status: statuses.get(id) ?? null })
  return {
    dependsOn: parents.map(relate),
    dependants: { total: children.total, items: children.ids.map(relate) },
    failedAncestor: ancestorId === null ? null : relate(ancestorId),
  }
}

async function readChildren(pool: Pool, id: string): Promise<{ total: number; ids: string[] }> {
  const { rows } = await pool.query<{ total: number; ids: string[] }>({
    name: 'read-children',
    text: `
      SELECT (SELECT count(*)::int FROM task_edge WHERE parent_id = $1) AS total,
             ARRAY(SELECT child_id FROM task_edge WHERE parent_id = $1 ORDER BY child_id LIMIT $2) AS ids`,
    values: [id, limits.dependantsShown],
  })
  return rows[0] ?? { total: 0, ids: [] }
}

/** Follows the parents that ended each other up to the one that ended by itself. */
async function findAncestor(pool: Pool, tenantId: string, parentId: string): Promise<string> {
  const { rows } = await pool.query<{ id: string }>({
    name: 'find-ancestor',
    text: `
      WITH RECURSIVE cause (id, step) AS (
        SELECT $2::uuid, 1
        UNION ALL
        SELECT o.caused_by, c.step + 1 FROM cause c JOIN outcome o ON o.tenant_id = $1 AND o.id = c.id
        WHERE o.caused_by IS NOT NULL
      )
      SELECT id FROM cause ORDER BY step DESC LIMIT 1`,
    values: [tenantId, parentId],
  })
  return rows[0]?.id ?? parentId
}

async function readStatuses(pool: Pool, tenantId: string, ids: readonly string[]): Promise<Map<string, TaskStatus>> {
  const { rows } = await pool.query<{ id: string; status: TaskStatus }>({
    name: 'read-statuses',
    text: `SELECT t.id, ${statusSql('t')} AS status FROM task t WHERE t.tenant_id = $1 AND t.id = ANY ($2::uuid[])`,
    values: [tenantId, ids],
  })
  return new Map(rows.map(row => [row.id, row.status]))
}
