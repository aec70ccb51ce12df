import type { Pool } from 'pg'
import type { AlertStats } from '#server/contracts/alerts.ts'
import { alertsAt } from './alert-row.ts'

interface Row {
  critical: number
  warning: number
  info: number
  acknowledged: number
  silenced: number
  resolved: number
  to_acknowledge: number | null
  to_resolve: number | null
  evaluated_at: Date | null
  evaluated_by: string | null
}

/** How many alerts there are, and how long they took lately. */
export async function readAlertStats(pool: Pool, tenantId: string, nowMs: number): Promise<AlertStats> {
  const { rows } = await pool.query<Row>(
    `SELECT now.*, lately.*, e.evaluated_at, e.evaluated_by
     FROM (
       SELECT count(*) FILTER (WHERE state = 'open' AND severity = 'critical')::int AS critical,
              count(*) FILTER (WHERE state = 'open' AND severity = 'warning')::int AS warning,
              count(*) FILTER (WHERE state = 'open' AND severity = 'info')::int AS info,
              count(*) FILTER (WHERE state = 'acknowledged')::int AS acknowledged,
              count(*) FILTER (WHERE state = 'silenced')::int AS silenced
       FROM (${alertsAt('$2')} WHERE a.tenant_id = $1 AND a.resolved_at IS NULL) standing
     ) now CROSS JOIN (
       SELECT count(*) FILTER (WHERE resolved_at > $2::timestamptz - interval '1 day')::int AS resolved,
              (avg(extract(epoch FROM acknowledged_at - raised_at)) * 1000)::float8 AS to_acknowledge,
              (avg(extract(epoch FROM resolved_at - raised_at)) * 1000)::float8 AS to_resolve
       FROM alert WHERE tenant_id = $1 AND raised_at > $2::timestamptz - interval '7 days'
     ) lately LEFT JOIN alert_evaluation e ON e.tenant_id = $1`,
    [tenantId, new Date(nowMs)],
  )
  const row = rows[0]!
  const { critical, warning, info, acknowledged, silenced } = row
  return {
    open: { critical, warning, info },
    acknowledged,
    silenced,
    resolvedLastDay: row.resolved,
    meanToAcknowledgeMs: row.to_acknowledge,
    meanToResolveMs: row.to_resolve,
    evaluatedAt: row.evaluated_at?.toISOString() ?? null,
    evaluatedBy: row.evaluated_by,
  }
}
