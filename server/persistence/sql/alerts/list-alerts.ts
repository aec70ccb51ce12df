import type { Pool } from 'pg'
import type { AlertDetail, AlertEntry, AlertView, ListAlerts } from '#server/contracts/alerts.ts'
import type { Page } from '#server/contracts/common.ts'
import { alertsAt, type StandingAlertRow, toAlert } from './alert-row.ts'

/** One page of alerts, the last raised first. The cursor is the millisecond and the id of the last one shown. */
export async function listAlerts(
  pool: Pool,
  tenantId: string,
  { cursor, limit, ...filter }: ListAlerts,
  nowMs: number,
): Promise<Page<AlertView>> {
  const values: unknown[] = [tenantId, new Date(nowMs)]
  const bind = (value: unknown) => `$${values.push(value)}`
  const where = ['a.tenant_id = $1', ...alertConditions(filter, bind)]
  if (cursor !== undefined) {
    const [ms = '', id = ''] = cursor.split('.')
    where.push(`(a.raised_at, a.id) < (${bind(new Date(Number(ms)))}, ${bind(id)}::uuid)`)
  }
  const states = filter.state?.length ? `WHERE standing.state = ANY (${bind(filter.state)})` : ''
  const { rows } = await pool.query<StandingAlertRow>(
    `SELECT * FROM (${alertsAt('$2')} WHERE ${where.join(' AND ')}) standing ${states}
     ORDER BY raised_at DESC, id DESC LIMIT ${bind(limit + 1)}`,
    values,
  )
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map(toAlert),
    nextCursor: rows.length > limit && last ? `${last.raised_at.getTime()}.${last.id}` : null,
  }
}

function alertConditions(filter: Omit<ListAlerts, 'cursor' | 'limit'>, bind: (value: unknown) => string): string[] {
  const { state, severity, rule, moduleId, q, from, to } = filter
  const where: string[] = []
  if (state?.length && !state.includes('resolved')) where.push('a.resolved_at IS NULL')
  if (state?.length === 1 && state[0] === 'resolved') where.push('a.resolved_at IS NOT NULL')
  if (severity?.length) where.push(`a.severity = ANY (${bind(severity)})`)
  if (rule?.length) where.push(`a.rule = ANY (${bind(rule)})`)
  if (moduleId !== undefined) where.push(`a.module_id = ${bind(moduleId)}`)
  if (q) {
    const text = bind(q.toLowerCase())
    where.push(`(strpos(lower(a.title), ${text}) > 0 OR strpos(lower(a.detail), ${text}) > 0)`)
  }
  if (from !== undefined) where.push(`a.raised_at >= ${bind(from)}::timestamptz`)
  if (to !== undefined) where.push(`a.raised_at <= ${bind(to)}::timestamptz`)
  return where
}

/** One alert with what happened to it, oldest first; null when there is none. */
export async function getAlert(pool: Pool, tenantId: string, id: string, nowMs: number): Promise<AlertDetail | null> {
  const { rows } = await pool.query<StandingAlertRow & { timeline: (Omit<AlertEntry, 'at'> & { at: number })[] }>(
    `SELECT standing.*, (
       SELECT coalesce(json_agg(json_build_object('at', round(extract(epoch FROM e.at) * 1000), 'kind', e.kind, 'by', e.by,
                'severity', e.severity, 'note', e.note) ORDER BY e.id), '[]')
       FROM alert_entry e WHERE e.tenant_id = $1 AND e.alert_id = $3
     ) AS timeline
     FROM (${alertsAt('$2')} WHERE a.tenant_id = $1 AND a.id = $3) standing`,
    [tenantId, new Date(nowMs), id],
  )
  const [row] = rows
  if (!row) return null
  return { ...toAlert(row), timeline: row.timeline.map(entry => ({ ...entry, at: new Date(entry.at).toISOString() })) }
}
