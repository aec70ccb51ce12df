import type { RelatedTask, TaskStatus } from '#server/contracts/tasks.ts'
import { statusSql } from './status-sql.ts'

/** What `relatedColumns` read. */
export interface RelatedColumns {
  parent_rows: RelatedRow[] | null
  child_rows: RelatedRow[] | null
  child_count: number
  ancestor_rows: RelatedRow[] | null
}

interface RelatedRow {
  id: string
  status: TaskStatus | null
}

/** Columns with the tasks that one is related to, of a row source with `task t` and its `outcome o`. */
export function relatedColumns(childrenShown: number): string {
  return `
    (SELECT json_agg(json_build_object('id', d.id, 'status', ${statusSql('p')}) ORDER BY d.place)
     FROM unnest(t.depends_on) WITH ORDINALITY AS d (id, place)
     LEFT JOIN task p ON p.tenant_id = t.tenant_id AND p.id = d.id) AS parent_rows,
    (SELECT json_agg(json_build_object('id', e.child_id, 'status', ${statusSql('c')}) ORDER BY e.child_id)
     FROM (SELECT child_id FROM task_edge WHERE parent_id = t.id ORDER BY child_id LIMIT ${childrenShown}) e
     LEFT JOIN task c ON c.tenant_id = t.tenant_id AND c.id = e.child_id) AS child_rows,
    (SELECT count(*)::int FROM task_edge e WHERE e.parent_id = t.id) AS child_count,
    (WITH RECURSIVE cause (id, step) AS (
       SELECT o.caused_by, 1 WHERE o.caused_by IS NOT NULL
       UNION ALL
       SELECT u.caused_by, cause.step + 1 FROM cause JOIN outcome u ON u.tenant_id = t.tenant_id AND u.id = cause.id
       WHERE u.caused_by IS NOT NULL
     ), first AS (SELECT id FROM cause ORDER BY step DESC LIMIT 1)
     SELECT json_agg(json_build_object('id', f.id, 'status', ${statusSql('a')}))
     FROM first f LEFT JOIN task a ON a.tenant_id = t.tenant_id AND a.id = f.id) AS ancestor_rows`
}

export function toRelated(rows: RelatedRow[] | null): RelatedTask[] {
  return rows ?? []
}
