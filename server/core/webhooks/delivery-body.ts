import type { AlertRuleId } from '../../contracts/alert-rules.ts'
import type { AlertSeverity } from '../../contracts/alerts.ts'
import type { WebhookAlert, WebhookBody, WebhookTopic } from '../../contracts/webhooks.ts'

/** What a webhook wants to hear of; empty lists: everything. */
export interface WebhookFilter {
  severities: readonly AlertSeverity[]
  rules: readonly AlertRuleId[]
}

/** Whether a webhook is to be told of an alert. */
export function wants({ severities, rules }: WebhookFilter, alert: Pick<WebhookAlert, 'severity' | 'rule'>): boolean {
  return (
    (severities.length === 0 || severities.includes(alert.severity)) &&
    (rules.length === 0 || rules.includes(alert.rule))
  )
}

/** The body of a message, as the receiver verifies it: it is signed and kept as this very text. */
export function writeBody(type: WebhookTopic, tenantId: string, alert: WebhookAlert, nowMs: number): string {
  const body: WebhookBody = { type, timestamp: new Date(nowMs).toISOString(), data: { tenantId, alert } }
  return JSON.stringify(body)
}
