import type { Pool } from 'pg'
import type { Page } from '#server/contracts/common.ts'
import type { ListTasks, TaskStatus, TaskSummary } from '#server/contracts/tasks.ts'
import { firstIdAt, idRange } from '../id-range.ts'
import { candidatesSql, typesOf } from './list-candidates.ts'
import { statusSql } from './status-sql.ts'

interface Row {
  id: string
  type: string
  status: TaskStatus
  priority: number
  module_id: string | null
  served_by: string | null
  used: number
  max_attempts: number
  accepted_at: Date
  started_at: Date | null
  finished_at: Date | null
  error_code: string | null
}

/** Candidates that are looked at for one page when a filter has no index of its own: bounds its cost, however few match. */
const windowSize = 2_000
/** While nothing is found so many windows are looked at, and more until so much time has gone by. */
const leastWindows = 3
const searchMs = 20

/**
 * One page of tasks, newest first. Ids are time-ordered, so the cursor, the time range and a pasted id prefix are all ranges
 * of the primary key. Candidates come from an index that is in this order; what that index does not select by is checked on
 * each of them, of at most so many. So a page may hold less than was asked for and yet say where to go on.
 */
export async function listTasks(pool: Pool, tenantId: string, filter: ListTasks): Promise<Page<TaskSummary>> {
  const types = await typesOf(pool, tenantId, filter)
  if (types?.length === 0) return { items: [], nextCursor: null }
  let { cursor } = filter
  const begun = performance.now()
  for (let window = 1; ; window++) {
    const page = await listWindow(pool, tenantId, { ...filter, cursor }, types)
    const isSearched = window >= leastWindows && performance.now() - begun > searchMs
    if (page.items.length > 0 || page.nextCursor === null || isSearched) return page
    cursor = page.nextCursor
  }
}

async function listWindow(
  pool: Pool,
  tenantId: string,
  filter: ListTasks,
  types: readonly string[] | null,
): Promise<Page<TaskSummary>> {
  const query = buildQuery(tenantId, filter, types)
  const { rows } = await pool.query<Row>(query)
  const items = rows.slice(0, filter.limit).map(toSummary)
  if (rows.length > filter.limit) return { items, nextCursor: items.at(-1)?.id ?? null }
  const { rows: ends } = await pool.query<{ id: string }>(query.window)
  return { items, nextCursor: ends[0]?.id ?? null }
}

/** The page itself, and the last candidate that was looked at for it; there is none when all were. */
function buildQuery(tenantId: string, filter: ListTasks, types: readonly string[] | null) {
  const values: unknown[] = [tenantId]
  const bind = (value: unknown) => `$${values.push(value)}`
  const range = rangeOf(filter, bind)
  const statuses = filter.status ?? []
  // Candidates of several types are gathered before they are merged.
  const size = Math.max(filter.limit + 1, Math.ceil(windowSize / Math.max(1, types?.length ?? 1)))
  const candidates = candidatesSql({ statuses, types, range, limit: String(size), bind })
  const window = { text: `${candidates} OFFSET ${size - 1}`, values: [...values] }
  const where: string[] = []
  if (types !== null) where.push(`t.type = ANY (${bind(types)}::text[])`)
  if (statuses.length > 0) where.push(`${statusSql('t')} = ANY (${bind(statuses)}::text[])`)
  if (filter.moduleId !== undefined) {
    const module = bind(filter.moduleId)
    where.push(`(t.module_id = ${module} OR o.served_by = ${module})`)
  }
  if (filter.data !== undefined) where.push(`t.payload @> ${bind(JSON.stringify(filter.data))}::jsonb`)
  if (types === null && filter.q && idRange(filter.q) === null)
    where.push(`strpos(t.type, ${bind(filter.q.toLowerCase())}) > 0`)
  return { text: pageSql(candidates, where, bind(filter.limit + 1)), values, window }
}

/** Conditions on the column `id`. */
function rangeOf(filter: ListTasks, bind: (value: unknown) => string): string[] {
  const range: string[] = []
  if (filter.cursor !== undefined) range.push(`id < ${bind(filter.cursor)}::uuid`)
  if (filter.from !== undefined) range.push(`id >= ${bind(firstIdAt(Date.parse(filter.from)))}::uuid`)
  if (filter.to !== undefined) range.push(`id < ${bind(firstIdAt(Date.parse(filter.to)))}::uuid`)
  const ids = filter.q ? idRange(filter.q) : null
  if (ids) range.push(`id >= ${bind(ids.first)}::uuid`, `id <= ${bind(ids.last)}::uuid`)
  return range
}

/**
 * OFFSET 0 keeps the joins as they are written: candidate by candidate, in order, and no further than the page is long. The
 * planner, which cannot know how many match, would rather read whole tables now and then.
 */
function pageSql(candidates: string, where: readonly string[], limit: string): string {
  return `
    SELECT t.id, t.type, t.priority, t.module_id, t.max_attempts, t.accepted_at, ${statusSql('t')} AS status,
           coalesce(o.served_by, (SELECT a.module_id FROM attempt a WHERE a.tenant_id = t.tenant_id AND a.task_id = t.id
                                  ORDER BY a.number DESC LIMIT 1)) AS served_by,
           o.finished_at, o.error_code,
           coalesce(o.attempts, l.attempts, w.attempts, 0) AS used,
           coalesce(o.started_at, l.started_at, l.claimed_at, w.started_at) AS started_at
    FROM (${candidates}) candidate
    CROSS JOIN LATERAL (SELECT * FROM task WHERE tenant_id = $1 AND id = candidate.id OFFSET 0) t
    LEFT JOIN LATERAL (SELECT * FROM outcome WHERE tenant_id = $1 AND id = candidate.id OFFSET 0) o ON true
    LEFT JOIN lease l ON l.id = t.id
    LEFT JOIN waiting w ON w.id = t.id
    ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''}
    ORDER BY candidate.id DESC LIMIT ${limit}`
}

function toSummary(row: Row): TaskSummary {
  return {
    id: row.id,
    type: row.type,
    status: row.status,
    priority: row.priority,
    moduleId: row.module_id,
    servedBy: row.served_by || null,
    attemptCount: row.used,
    maxAttempts: row.max_attempts,
    createdAt: row.accepted_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
    errorCode: row.error_code,
  }
}
