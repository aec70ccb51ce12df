import type { Pool } from 'pg'
import type { Json, Page } from '#server/contracts/common.ts'
import type { ContextSummary, ContextView, ListContexts } from '#server/contracts/memory.ts'
import type { NewContext } from '#server/core/memory/context-store.ts'
import type { Principal } from '#server/core/shared/principal.ts'
import { appendAudit } from '../audit/append-audit.ts'
import { inTransaction } from '../in-transaction.ts'

interface ContextRow {
  name: string
  task_types: string[]
  bytes: number
  updated_by: string
  updated_at: Date
  expires_at: Date
}

const columns = 'name, task_types, bytes, updated_by, updated_at, expires_at'
const isAlive = 'expires_at > clock_timestamp()'

/**
 * Makes or replaces a context, with its audit row; expired ones of the tenant go on the way. One lock per tenant makes those that
 * come at once take turns, so the limit holds. Null when there are `most` others already.
 */
export function setContext(
  pool: Pool,
  by: Principal,
  { name, text, bytes, taskTypes, ttlSeconds }: NewContext,
  most: number,
): Promise<ContextSummary | null> {
  const { tenantId } = by
  return inTransaction(pool, async client => {
    await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`contexts:${tenantId}`])
    await client.query(`DELETE FROM memory_context WHERE tenant_id = $1 AND NOT ${isAlive}`, [tenantId])
    const { rows } = await client.query<ContextRow>(
      `INSERT INTO memory_context (tenant_id, name, value, bytes, task_types, updated_by, expires_at)
       SELECT $1, $2, $3, $4, $5, $6, clock_timestamp() + make_interval(secs => $7)
       WHERE (SELECT count(*) FROM memory_context WHERE tenant_id = $1 AND name <> $2) < $8
       ON CONFLICT (tenant_id, name) DO UPDATE SET value = excluded.value, bytes = excluded.bytes,
         task_types = excluded.task_types, updated_by = excluded.updated_by, updated_at = clock_timestamp(),
         expires_at = excluded.expires_at
       RETURNING ${columns}`,
      [tenantId, name, text, bytes, taskTypes, by.name, ttlSeconds, most],
    )
    if (!rows[0]) return null
    const context = toSummary(rows[0])
    const details = { bytes, taskTypes, expiresAt: context.expiresAt }
    await appendAudit(client, [{ by, action: 'memory.context_set', targetKind: 'context', targetId: name, details }])
    return context
  })
}

export async function getContext(pool: Pool, tenantId: string, name: string): Promise<ContextView | null> {
  const { rows } = await pool.query<ContextRow & { value: Json }>(
    `SELECT ${columns}, value FROM memory_context WHERE tenant_id = $1 AND name = $2 AND ${isAlive}`,
    [tenantId, name],
  )
  return rows[0] ? { ...toSummary(rows[0]), value: rows[0].value } : null
}

/** By name; the cursor is the last name of the page before. */
export async function listContexts(
  pool: Pool,
  tenantId: string,
  { prefix = '', cursor = '', limit }: ListContexts,
): Promise<Page<ContextSummary>> {
  const { rows } = await pool.query<ContextRow>(
    `SELECT ${columns} FROM memory_context
     WHERE tenant_id = $1 AND name > $2 AND starts_with(name, $3) AND ${isAlive} ORDER BY name LIMIT $4`,
    [tenantId, cursor, prefix, limit + 1],
  )
  const items = rows.slice(0, limit).map(toSummary)
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.name ?? null) : null }
}

export async function contextsFor(
  pool: Pool,
  tenantId: string,
  taskType: string,
  limit: number,
): Promise<ContextSummary[]> {
  const { rows } = await pool.query<ContextRow>(
    `SELECT ${columns} FROM memory_context
     WHERE tenant_id = $1 AND $2 = ANY (task_types) AND ${isAlive} ORDER BY updated_at DESC, name LIMIT $3`,
    [tenantId, taskType, limit],
  )
  return rows.map(toSummary)
}

export async function contextTotals(
  pool: Pool,
  tenantId: string,
): Promise<{ count: number; bytes: number; nextExpiryAt: string | null }> {
  const { rows } = await pool.query<{ count: number; bytes: number; next: Date | null }>(
    `SELECT count(*)::int AS count, coalesce(sum(bytes), 0)::int AS bytes, min(expires_at) AS next
     FROM memory_context WHERE tenant_id = $1 AND ${isAlive}`,
    [tenantId],
  )
  const { count = 0, bytes = 0, next = null } = rows[0] ?? {}
  return { count, bytes, nextExpiryAt: next?.toISOString() ?? null }
}

/** One that has expired is gone already. */
export function removeContext(pool: Pool, by: Principal, name: string): Promise<boolean> {
  return inTransaction(pool, async client => {
    const { rowCount } = await client.query(
      `DELETE FROM memory_context WHERE tenant_id = $1 AND name = $2 AND ${isAlive}`,
      [by.tenantId, name],
    )
    if (rowCount === 0) return false
    await appendAudit(client, [{ by, action: 'memory.context_removed', targetKind: 'context', targetId: name }])
    return true
  })
}

function toSummary(row: ContextRow): ContextSummary {
  return {
    name: row.name,
    taskTypes: row.task_types,
    bytes: row.bytes,
    updatedBy: row.updated_by,
    updatedAt: row.updated_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
  }
}
