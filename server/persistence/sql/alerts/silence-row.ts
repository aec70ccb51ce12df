import type { AlertRuleId } from '#server/contracts/alert-rules.ts'
import type { AlertSeverity, Silence } from '#server/contracts/alerts.ts'
import type { StoredSilence } from '#server/core/alerts/alert-store.ts'

export interface SilenceRow {
  id: string
  kind: Silence['kind']
  rule: AlertRuleId | null
  severity: AlertSeverity | null
  module_id: string | null
  starts_at: Date
  ends_at: Date
  reason: string
  created_by: string
  created_at: Date
  ended_by: string | null
}

export function toStoredSilence(row: SilenceRow): StoredSilence {
  const { id, kind, rule, severity, module_id: moduleId, reason, created_by: by } = row
  return {
    id,
    kind,
    rule,
    severity,
    moduleId,
    reason,
    by,
    startsAt: row.starts_at.getTime(),
    endsAt: row.ends_at.getTime(),
  }
}

export function toSilence(row: SilenceRow, nowMs: number): Silence {
  const { startsAt, endsAt, ...silence } = toStoredSilence(row)
  return {
    ...silence,
    startsAt: row.starts_at.toISOString(),
    endsAt: row.ends_at.toISOString(),
    createdAt: row.created_at.toISOString(),
    endedBy: row.ended_by,
    status: endsAt <= nowMs ? 'over' : startsAt > nowMs ? 'planned' : 'active',
  }
}
