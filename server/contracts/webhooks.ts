import { z } from 'zod'
import { type AlertRuleId, alertRuleIds } from './alert-rules.ts'
import { alertSeverities } from './alert-words.ts'
import type { AlertSeverity } from './alerts.ts'
import { limits, pageLimitSchema, uuidSchema } from './common.ts'

/** What a webhook is told of. */
export const webhookTopics = [
  'alert.raised',
  'alert.escalated',
  'alert.acknowledged',
  'alert.resolved',
  'webhook.test',
] as const
export type WebhookTopic = (typeof webhookTopics)[number]

const webhookFields = {
  name: z.string().trim().min(1, 'give it a name').max(100),
  url: z
    .url({ protocol: /^https?$/, error: 'must be an address that starts with https:// or http://' })
    .max(2_000)
    .refine(text => {
      const url = new URL(text)
      return url.username === '' && url.password === '' && url.hash === ''
    }, 'must not contain a user name, a password or a fragment (#)'),
  /** Only alerts of these; empty: of all. */
  severities: z.array(z.enum(alertSeverities)).max(alertSeverities.length).default([]),
  rules: z.array(z.enum(alertRuleIds)).max(alertRuleIds.length).default([]),
}

export const createWebhookInput = z.strictObject(webhookFields)
export type CreateWebhook = z.output<typeof createWebhookInput>

export const updateWebhookInput = z.strictObject({
  id: uuidSchema,
  /** The version that the edit was made on. */
  version: z.number().int().min(1),
  ...webhookFields,
  enabled: z.boolean(),
})
export type UpdateWebhook = z.output<typeof updateWebhookInput>

export const webhookIdInput = z.strictObject({ id: uuidSchema })
export const listDeliveriesInput = z.strictObject({
  webhookId: uuidSchema,
  cursor: uuidSchema.optional(),
  limit: pageLimitSchema,
})
export type ListDeliveries = z.output<typeof listDeliveriesInput>
export const deliveryIdInput = z.strictObject({ id: uuidSchema })

export interface WebhookView {
  id: string
  name: string
  url: string
  severities: AlertSeverity[]
  rules: AlertRuleId[]
  enabled: boolean
  /** Why nothing is sent, when it is off. */
  disabledReason: string | null
  version: number
  createdAt: string
  createdBy: string
  lastSuccessAt: string | null
  /** Since when every attempt has failed; null while none does. */
  failingSince: string | null
  /** Deliveries that wait to be sent. */
  pending: number
}

/** The answer to making one: with the secret, this once. */
export interface CreatedWebhook extends WebhookView {
  secret: string
}

export const deliveryStatuses = ['pending', 'delivered', 'failed'] as const
export type DeliveryStatus = (typeof deliveryStatuses)[number]

export interface DeliveryAttempt {
  at: string
  latencyMs: number
  /** Null when there was no answer. */
  httpStatus: number | null
  /** The beginning of what was answered, or what went wrong. */
  excerpt: string
}

export interface DeliveryView {
  id: string
  webhookId: string
  topic: WebhookTopic
  alertId: string | null
  status: DeliveryStatus
  createdAt: string
  /** When it is tried next; null when it is not. */
  nextAttemptAt: string | null
  endedAt: string | null
  /** The newest first, at most `limits.attemptsKept`. */
  attempts: DeliveryAttempt[]
  attemptCount: number
}

/** The body that a receiver gets. `data.alert` is as `alerts.get` answers it at that moment; null for a test. */
export interface WebhookBody {
  type: WebhookTopic
  timestamp: string
  data: { tenantId: string; alert: WebhookAlert | null }
}

export interface WebhookAlert {
  id: string
  rule: AlertRuleId
  severity: AlertSeverity
  subject: string
  moduleId: string | null
  title: string
  detail: string
  raisedAt: string
  acknowledgedBy: string | null
  note: string | null
  resolvedAt: string | null
  evidence: Record<string, unknown>
}

/** Characters of an answer that are kept. */
export const excerptLength = limits.reasonLength
