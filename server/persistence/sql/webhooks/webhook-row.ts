import type { AlertRuleId } from '#server/contracts/alert-rules.ts'
import type { AlertSeverity } from '#server/contracts/alerts.ts'
import type {
  DeliveryAttempt,
  DeliveryStatus,
  DeliveryView,
  WebhookTopic,
  WebhookView,
} from '#server/contracts/webhooks.ts'

export interface WebhookRow {
  id: string
  name: string
  url: string
  severities: AlertSeverity[]
  rules: AlertRuleId[]
  enabled: boolean
  disabled_reason: string | null
  version: number
  created_by: string
  created_at: Date
  last_success_at: Date | null
  failing_since: Date | null
  pending: number
}

export function toWebhook(row: WebhookRow): WebhookView {
  return {
    id: row.id,
    name: row.name,
    url: row.url,
    severities: row.severities,
    rules: row.rules,
    enabled: row.enabled,
    disabledReason: row.disabled_reason,
    version: row.version,
    createdAt: row.created_at.toISOString(),
    createdBy: row.created_by,
    lastSuccessAt: row.last_success_at?.toISOString() ?? null,
    failingSince: row.failing_since?.toISOString() ?? null,
    pending: row.pending,
  }
}

export interface DeliveryRow {
  id: string
  webhook_id: string
  topic: WebhookTopic
  alert_id: string | null
  status: DeliveryStatus
  created_at: Date
  next_attempt_at: Date | null
  ended_at: Date | null
  attempt_log: DeliveryAttempt[]
  attempt_count: number
}

export function toDelivery(row: DeliveryRow): DeliveryView {
  return {
    id: row.id,
    webhookId: row.webhook_id,
    topic: row.topic,
    alertId: row.alert_id,
    status: row.status,
    createdAt: row.created_at.toISOString(),
    nextAttemptAt: row.status === 'pending' ? (row.next_attempt_at?.toISOString() ?? null) : null,
    endedAt: row.ended_at?.toISOString() ?? null,
    attempts: row.attempt_log,
    attemptCount: row.attempt_count,
  }
}
