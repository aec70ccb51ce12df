import type { Pool } from 'pg'
import type { ListTasks, TaskStatus } from '#server/contracts/tasks.ts'
import { idRange } from '../id-range.ts'

/** Beyond so many types, going through each one's index costs more than going through all tasks. */
const mostTypes = 100

/** The types that tasks of this filter can have; null when the filter does not say, or says too many to be of use. */
export async function typesOf(pool: Pool, tenantId: string, filter: ListTasks): Promise<string[] | null> {
  const text = filter.q && idRange(filter.q) === null ? filter.q.toLowerCase() : undefined
  if (filter.type !== undefined) return filter.type.includes(text ?? '') ? [filter.type] : []
  if (text !== undefined) {
    const { rows } = await pool.query<{ type: string }>(
      'SELECT DISTINCT task_type AS type FROM lane WHERE tenant_id = $1 AND strpos(task_type, $2) > 0 LIMIT $3',
      [tenantId, text, mostTypes + 1],
    )
    return rows.length > mostTypes ? null : rows.map(row => row.type)
  }
  if (filter.moduleId === undefined) return null
  // What it can do, what it has done, and what is pinned to it. A module that none of these knows of has been served by others.
  const { rows } = await pool.query<{ type: string }>(
    `SELECT c ->> 'type' AS type FROM module m CROSS JOIN LATERAL jsonb_array_elements(m.capabilities) c
     WHERE m.tenant_id = $1 AND m.id = $2
     UNION SELECT task_type FROM service_record WHERE tenant_id = $1 AND module_id = $2
     UNION SELECT task_type FROM lane WHERE tenant_id = $1 AND module_id = $2
     LIMIT $3`,
    [tenantId, filter.moduleId, mostTypes + 1],
  )
  return rows.length === 0 || rows.length > mostTypes ? null : rows.map(row => row.type)
}

/** How the ids of a page's candidates are found, newest first, and how many of them. */
export interface CandidateOptions {
  statuses: readonly TaskStatus[]
  types: readonly string[] | null
  /** Conditions on the column `id`. */
  range: readonly string[]
  /** An expression. */
  limit: string
  bind: (value: unknown) => string
}

/**
 * SQL for `id`s of tasks in descending order, from whatever is in that order already: the index of each status that has one, the
 * index of each type, else the tasks themselves. Every branch is a range of its own index, so its cost is that of `limit` rows.
 */
export function candidatesSql({ statuses, types, range, limit, bind }: CandidateOptions): string {
  const top = (from: string, conditions: readonly string[]) =>
    `(SELECT id FROM ${from} WHERE ${[`tenant_id = $1`, ...conditions, ...range].join(' AND ')} ORDER BY id DESC LIMIT ${limit})`
  if (statuses.length > 0 && !statuses.includes('succeeded')) {
    return merge(
      statuses.map(status => branchOf(status, top)),
      limit,
    )
  }
  if (types === null) return merge([top('task', [])], limit)
  const ofType = top('task', ['type = wanted.type'])
  return merge(
    [`(SELECT t.id FROM unnest(${bind(types)}::text[]) AS wanted (type) CROSS JOIN LATERAL ${ofType} t)`],
    limit,
  )
}

function branchOf(status: TaskStatus, top: (from: string, conditions: readonly string[]) => string): string {
  switch (status) {
    case 'running':
      return top('lease', [])
    case 'scheduled':
      return top('waiting', ['due_at IS NOT NULL'])
    case 'blocked':
      return top('waiting', ['due_at IS NULL'])
    case 'ready':
      return top('task t', [
        `EXISTS (SELECT FROM ready r WHERE r.lane_id = t.lane_id AND r.rank = t.rank AND r.priority = t.priority
                                       AND r.deadline = t.deadline AND r.id = t.id)`,
      ])
    default:
      // The index holds what did not succeed; the second condition tells the planner so.
      return top('outcome', [`status = '${status}'`, `status <> 'succeeded'`])
  }
}

function merge(branches: readonly string[], limit: string): string {
  return `SELECT id FROM (${branches.join(' UNION ALL ')}) branch ORDER BY id DESC LIMIT ${limit}`
}
