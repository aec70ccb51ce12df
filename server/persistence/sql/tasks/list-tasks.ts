import type { Pool } from 'pg'
import type { Page } from '#server/contracts/common.ts'
import type { ListTasks, TaskStatus, TaskSummary } from '#server/contracts/tasks.ts'
import { idRange } from '../id-range.ts'
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

/**
 * One page of tasks, newest first. Ids are time-ordered, so the cursor, the time range and a pasted id prefix are all ranges
 * of the primary key. When the statuses asked for are rare ones, the page is driven from the small table that holds them.
 */
export async function listTasks(pool: Pool, tenantId: string, filter: ListTasks): Promise<Page<TaskSummary>> {
  const query = buildQuery(tenantId, filter)
  const { rows } = await pool.query<Row>(query)
  const items = rows.slice(0, filter.limit).map(toSummary)
  return { items, nextCursor: rows.length > filter.limit ? (items.at(-1)?.id ?? null) : null }
}

function buildQuery(tenantId: string, filter: ListTasks): { text: string; values: unknown[] } {
  const values: unknown[] = [tenantId]
  const bind = (value: unknown) => `$${values.push(value)}`
  const where = ['t.tenant_id = $1']
  const statuses = filter.status ?? []
  const source = statuses.length > 0 ? sourceOf(statuses, bind) : null
  if (source) where.push(source)
  if (filter.cursor !== undefined) where.push(`t.id < ${bind(filter.cursor)}::uuid`)
  if (filter.from !== undefined) where.push(`t.id >= ${bind(firstIdAt(Date.parse(filter.from)))}::uuid`)
  if (filter.to !== undefined) where.push(`t.id < ${bind(firstIdAt(Date.parse(filter.to)))}::uuid`)
  if (filter.type !== undefined) where.push(`t.type = ${bind(filter.type)}`)
  if (filter.moduleId !== undefined) {
    const module = bind(filter.moduleId)
    where.push(`(t.module_id = ${module} OR o.served_by = ${module})`)
  }
  if (filter.q) {
    const range = idRange(filter.q)
    where.push(
      range
        ? `t.id >= ${bind(range.first)}::uuid AND t.id <= ${bind(range.last)}::uuid`
        : `t.type LIKE '%' || ${bind(filter.q.toLowerCase().replaceAll(/[\\%_]/g, character => `\\${character}`))} || '%'`,
    )
  }
  return {
    text: `
      SELECT t.id, t.type, t.priority, t.module_id, t.max_attempts, t.accepted_at, ${statusSql('t')} AS status,
             coalesce(o.served_by, (SELECT a.module_id FROM attempt a WHERE a.tenant_id = t.tenant_id AND a.task_id = t.id
                                    ORDER BY a.number DESC LIMIT 1)) AS served_by,
             o.finished_at, o.error_code,
             coalesce(o.attempts, l.attempts, w.attempts, 0) AS used,
             coalesce(o.started_at, l.started_at, l.claimed_at, w.started_at) AS started_at
      FROM task t
      LEFT JOIN outcome o ON o.tenant_id = t.tenant_id AND o.id = t.id
      LEFT JOIN lease l ON l.id = t.id
      LEFT JOIN waiting w ON w.id = t.id
      WHERE ${where.join(' AND ')}
      ORDER BY t.id DESC LIMIT ${bind(filter.limit + 1)}`,
    values,
  }
}

/** A condition that selects tasks of these statuses through the tables that hold them. */
function sourceOf(statuses: readonly TaskStatus[], bind: (value: unknown) => string): string {
  const parts: string[] = []
  if (statuses.includes('ready'))
    parts.push(
      'EXISTS (SELECT FROM ready r WHERE r.lane_id = t.lane_id AND r.rank = t.rank AND r.priority = t.priority AND r.deadline = t.deadline AND r.id = t.id)',
    )
  if (statuses.includes('running')) parts.push('t.id IN (SELECT id FROM lease)')
  if (statuses.includes('scheduled')) parts.push('t.id IN (SELECT id FROM waiting WHERE due_at IS NOT NULL)')
  if (statuses.includes('blocked')) parts.push('t.id IN (SELECT id FROM waiting WHERE due_at IS NULL)')
  if (statuses.includes('succeeded')) parts.push(`o.status = 'succeeded'`)
  const unsuccessful = statuses.filter(status => status === 'failed' || status === 'cancelled' || status === 'expired')
  if (unsuccessful.length > 0)
    parts.push(`(o.status = ANY (${bind(unsuccessful)}::text[]) AND o.status <> 'succeeded')`)
  return `(${parts.join(' OR ')})`
}

/** The smallest UUIDv7 of a millisecond. */
function firstIdAt(ms: number): string {
  const time = Math.max(0, Math.trunc(ms)).toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8, 12)}-0000-0000-000000000000`
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
