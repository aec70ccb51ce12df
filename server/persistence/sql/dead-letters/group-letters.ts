import type { Pool } from 'pg'
import type { DeadLetterGroup, GroupDeadLetters } from '#server/contracts/dead-letters.ts'
import { letterConditions } from './letter-conditions.ts'

/** Groups beyond this are not of use to anybody; the newest are shown. */
const maxGroups = 200
const recentHours = 24

interface Row {
  fingerprint: string
  error_code: string
  error_message: string
  types: string[]
  modules: (string | null)[]
  open: number
  total: number
  first_seen: Date
  last_seen: Date
  recent: number[]
}

/**
 * Letters by cause, the cause that was seen last first: at most 200. One pass over the letters that match counts; the sample
 * is the newest letter of each group, and the history of the last day comes from the index on (fingerprint, time).
 */
export async function groupLetters(
  pool: Pool,
  tenantId: string,
  { state, ...filter }: GroupDeadLetters,
): Promise<DeadLetterGroup[]> {
  const values: unknown[] = [tenantId]
  const bind = (value: unknown) => `$${values.push(value)}`
  const where = ['d.tenant_id = $1', ...letterConditions(filter, bind)]
  const having = state && state.length > 0 ? `HAVING bool_or(d.state = ANY (${bind(state)}::text[]))` : ''
  const { rows } = await pool.query<Row>({ text: groupSql(where.join(' AND '), having), values })
  return rows.map(row => ({
    fingerprint: row.fingerprint,
    sample: { code: row.error_code, message: row.error_message },
    types: row.types,
    modules: row.modules.flatMap(id => (id ? [id] : [])),
    open: row.open,
    total: row.total,
    firstSeenAt: row.first_seen.toISOString(),
    lastSeenAt: row.last_seen.toISOString(),
    recent: row.recent,
  }))
}

const groupSql = (where: string, having: string) => `
  WITH found AS (
    SELECT d.fingerprint, array_agg(DISTINCT d.type) AS types, array_agg(DISTINCT d.module_id) AS modules,
           count(*) FILTER (WHERE d.state = 'open')::int AS open, count(*)::int AS total,
           min(d.failed_at) AS first_seen, max(d.failed_at) AS last_seen
    FROM dead_letter d WHERE ${where}
    GROUP BY d.fingerprint ${having}
    ORDER BY max(d.failed_at) DESC, d.fingerprint LIMIT ${maxGroups}
  )
  SELECT f.*, s.error_code, s.error_message, h.recent
  FROM found f
  CROSS JOIN LATERAL (
    SELECT d.error_code, d.error_message FROM dead_letter d WHERE d.tenant_id = $1 AND d.fingerprint = f.fingerprint
    ORDER BY d.failed_at DESC LIMIT 1
  ) s
  CROSS JOIN LATERAL (
    SELECT array_agg(coalesce(c.count, 0) ORDER BY hours.ago DESC) AS recent
    FROM generate_series(0, ${recentHours - 1}) AS hours (ago)
    LEFT JOIN (
      SELECT floor(extract(epoch FROM now() - d.failed_at) / 3600)::int AS ago, count(*)::int AS count
      FROM dead_letter d
      WHERE d.tenant_id = $1 AND d.fingerprint = f.fingerprint AND d.failed_at > now() - interval '${recentHours} hours'
      GROUP BY 1
    ) c ON c.ago = hours.ago
  ) h
  ORDER BY f.last_seen DESC, f.fingerprint`
