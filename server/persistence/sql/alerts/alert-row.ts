import type { AlertRuleId } from '#server/contracts/alert-rules.ts'
import type { AlertSeverity, AlertState, AlertView, Silence } from '#server/contracts/alerts.ts'
import type { Json } from '#server/contracts/common.ts'
import type { WebhookAlert } from '#server/contracts/webhooks.ts'
import { ruleCatalog } from '#server/core/alerts/rule-catalog.ts'

/** A row of `alert`. */
export interface AlertRow {
  id: string
  rule: AlertRuleId
  subject: string
  module_id: string | null
  severity: AlertSeverity
  title: string
  detail: string
  href: string
  evidence: Record<string, Json>
  since: Date
  raised_at: Date
  /** When webhooks were told of it. */
  notified_at: Date | null
  acknowledged_at: Date | null
  acknowledged_by: string | null
  note: string | null
  resolved_at: Date | null
}

/** The same with how it stands, and the silence that covers it. */
export interface StandingAlertRow extends AlertRow {
  state: AlertState
  silence_id: string | null
  silence_kind: Silence['kind']
  silence_by: string
  silence_reason: string
  silence_ends_at: Date
}

/** Alerts with the silence that covers them at the moment `now` (a bound parameter); of several, the one that ends last. */
export function alertsAt(now: string): string {
  return `
    SELECT a.*, s.id AS silence_id, s.kind AS silence_kind, s.created_by AS silence_by, s.reason AS silence_reason,
           s.ends_at AS silence_ends_at,
           CASE WHEN a.resolved_at IS NOT NULL THEN 'resolved' WHEN s.id IS NOT NULL THEN 'silenced'
                WHEN a.acknowledged_at IS NOT NULL THEN 'acknowledged' ELSE 'open' END AS state
    FROM alert a LEFT JOIN LATERAL (
      SELECT s.* FROM alert_silence s
      WHERE s.tenant_id = a.tenant_id AND s.ends_at > ${now} AND s.starts_at <= ${now}
        AND (s.rule IS NULL OR s.rule = a.rule) AND (s.severity IS NULL OR s.severity = a.severity)
        AND (s.module_id IS NULL OR s.module_id = a.module_id)
      ORDER BY s.ends_at DESC LIMIT 1
    ) s ON a.resolved_at IS NULL`
}

export function toAlert(row: StandingAlertRow): AlertView {
  const { silence_id: silenceId } = row
  return {
    id: row.id,
    rule: row.rule,
    ruleName: ruleCatalog[row.rule]?.name ?? row.rule,
    subject: row.subject,
    moduleId: row.module_id,
    severity: row.severity,
    state: row.state,
    title: row.title,
    detail: row.detail,
    href: row.href,
    evidence: row.evidence,
    raisedAt: row.raised_at.toISOString(),
    since: row.since.toISOString(),
    acknowledgedAt: row.acknowledged_at?.toISOString() ?? null,
    acknowledgedBy: row.acknowledged_by,
    note: row.note,
    silencedBy:
      silenceId === null
        ? null
        : {
            id: silenceId,
            kind: row.silence_kind,
            by: row.silence_by,
            reason: row.silence_reason,
            endsAt: row.silence_ends_at.toISOString(),
          },
    resolvedAt: row.resolved_at?.toISOString() ?? null,
  }
}

/** An alert as webhooks are told of it. */
export function toWebhookAlert(row: AlertRow): WebhookAlert {
  return {
    id: row.id,
    rule: row.rule,
    severity: row.severity,
    subject: row.subject,
    moduleId: row.module_id,
    title: row.title,
    detail: row.detail,
    raisedAt: row.raised_at.toISOString(),
    acknowledgedBy: row.acknowledged_by,
    note: row.note,
    resolvedAt: row.resolved_at?.toISOString() ?? null,
    evidence: row.evidence,
  }
}
