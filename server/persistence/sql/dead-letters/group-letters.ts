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
 * Letters by cause, the cause that was seen last first: at most 200. One pass over the letters that match counts them by what
 * differs little, without sorting; names and times are gathered from those few rows. The sample is the newest letter that
 * matches, found by the index on (fingerprint, time). 400,000 letters of 300
 * causes take 0.7 s on two shared cores; distinct names by sorting all of them took 6 s.
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
  WITH counted AS MATERIALIZED (
    SELECT d.fingerprint, d.type, d.module_id, d.state, count(*) AS letters, min(d.failed_at) AS first_seen,
           max(d.failed_at) AS last_seen
    FROM dead_letter d WHERE ${where}
    GROUP BY d.fingerprint, d.type, d.module_id, d.state
  ), found AS MATERIALIZED (
    SELECT d.fingerprint, array_agg(DISTINCT d.type) AS types, array_agg(DISTINCT d.module_id) AS modules,
           coalesce(sum(d.letters) FILTER (WHERE d.state = 'open'), 0)::int AS open, sum(d.letters)::int AS total,
           min(d.first_seen) AS first_seen, max(d.last_seen) AS last_seen
    FROM counted d
    GROUP BY d.fingerprint ${having}
    ORDER BY max(d.last_seen) DESC, d.fingerprint LIMIT ${maxGroups}
  ), hourly AS (
    SELECT d.fingerprint, floor(extract(epoch FROM now() - d.failed_at) / 3600)::int AS ago, count(*)::int AS letters
    FROM dead_letter d
    WHERE d.tenant_id = $1 AND d.failed_at > now() - interval '${recentHours} hours'
      AND d.fingerprint IN (SELECT fingerprint FROM found)
    GROUP BY 1, 2
  ), history AS (
    SELECT f.fingerprint, array_agg(coalesce(h.letters, 0) ORDER BY hours.ago DESC) AS recent
    FROM found f CROSS JOIN generate_series(0, ${recentHours - 1}) AS hours (ago)
    LEFT JOIN hourly h ON h.fingerprint = f.fingerprint AND h.ago = hours.ago
    GROUP BY f.fingerprint
  )
  SELECT f.*, s.error_code, s.error_message, h.recent
  FROM found f
  JOIN history h ON h.fingerprint = f.fingerprint
  CROSS JOIN LATERAL (
    SELECT d.error_code, d.error_message FROM dead_letter d
    WHERE d.tenant_id = $1 AND d.fingerprint = f.fingerprint AND d.failed_at = f.last_seen LIMIT 1
  ) s
  ORDER BY f.last_seen DESC, f.fingerprint`
