import type { PoolClient } from 'pg'
import type { AlertEntry, AlertSeverity } from '#server/contracts/alerts.ts'
import type { WebhookTopic } from '#server/contracts/webhooks.ts'
import { isSilenced } from '#server/core/alerts/covers.ts'
import { type WebhookFilter, wants, writeBody } from '#server/core/webhooks/delivery-body.ts'
import { createIdSource } from '../../uuid-v7.ts'
import { appendEvents } from '../events/append-events.ts'
import { type AlertRow, toWebhookAlert } from './alert-row.ts'
import { type SilenceRow, toStoredSilence } from './silence-row.ts'

const ids = createIdSource()
const priorities: Record<AlertSeverity, number> = { critical: 2, warning: 4, info: 6 }

type AlertTopic = Exclude<WebhookTopic, 'webhook.test'>

/** Something that happened to an alert. */
export interface AlertNews {
  topic: AlertTopic
  alert: AlertRow
}

/** Adds lines to the timelines of alerts. */
export async function appendEntries(
  client: PoolClient,
  tenantId: string,
  nowMs: number,
  entries: readonly {
    alertId: string
    kind: AlertEntry['kind']
    by: string
    severity: AlertSeverity | null
    note: string | null
  }[],
): Promise<void> {
  if (entries.length === 0) return
  await client.query({
    name: 'append-alert-entries',
    text: `
      INSERT INTO alert_entry (tenant_id, alert_id, at, kind, by, severity, note)
      SELECT $1, e.alert_id, $2, e.kind, e.by, e.severity, e.note
      FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[]) AS e (alert_id, kind, by, severity, note)`,
    values: [
      tenantId,
      new Date(nowMs),
      entries.map(({ alertId }) => alertId),
      entries.map(({ kind }) => kind),
      entries.map(({ by }) => by),
      entries.map(({ severity }) => severity),
      entries.map(({ note }) => note),
    ],
  })
}

/** Writes the events of a change of alerts, with the transaction of the change. */
export async function appendAlertEvents(
  client: PoolClient,
  tenantId: string,
  nowMs: number,
  news: readonly AlertNews[],
): Promise<void> {
  if (news.length === 0) return
  const events = news.map(({ topic, alert }) => ({
    schemaVersion: 1 as const,
    type: topic,
    at: nowMs,
    priority: priorities[alert.severity],
    taskId: null,
    moduleId: alert.module_id,
    instanceId: null,
    data: {
      alertId: alert.id,
      rule: alert.rule,
      subject: alert.subject,
      severity: alert.severity,
      title: alert.title,
      detail: alert.detail,
      ...(topic === 'alert.acknowledged' ? { by: alert.acknowledged_by, note: alert.note } : {}),
    },
  }))
  await appendEvents(client, [{ tenantId, events }])
}

/**
 * Puts what webhooks want to hear into the outbox, with the transaction of the change. First those alerts that they do not know
 * yet and no silence covers now are told of as raised. What is said of an alert that they do not know is left out, and what is
 * said of one that is silenced too, unless it is its end.
 */
export async function tellWebhooks(
  client: PoolClient,
  tenantId: string,
  nowMs: number,
  news: readonly AlertNews[],
): Promise<void> {
  const now = new Date(nowMs)
  const silences = (
    await client.query<SilenceRow>(
      'SELECT * FROM alert_silence WHERE tenant_id = $1 AND starts_at <= $2 AND ends_at > $2',
      [tenantId, now],
    )
  ).rows.map(toStoredSilence)
  const covered = (row: AlertRow) =>
    isSilenced(silences, { rule: row.rule, severity: row.severity, moduleId: row.module_id }, nowMs)
  const { rows: untold } = await client.query<AlertRow>(
    'SELECT * FROM alert WHERE tenant_id = $1 AND resolved_at IS NULL AND notified_at IS NULL',
    [tenantId],
  )
  const fresh = untold.filter(row => !covered(row))
  const follow = news.filter(
    ({ topic, alert }) =>
      topic !== 'alert.raised' && alert.notified_at !== null && (topic === 'alert.resolved' || !covered(alert)),
  )
  if (fresh.length > 0) {
    await client.query('UPDATE alert SET notified_at = $3 WHERE tenant_id = $1 AND id = ANY ($2::uuid[])', [
      tenantId,
      fresh.map(({ id }) => id),
      now,
    ])
  }
  const raised = fresh.map((alert): AlertNews => ({ topic: 'alert.raised', alert }))
  await enqueue(client, tenantId, nowMs, [...raised, ...follow])
}

async function enqueue(client: PoolClient, tenantId: string, nowMs: number, news: readonly AlertNews[]): Promise<void> {
  if (news.length === 0) return
  const { rows: webhooks } = await client.query<WebhookFilter & { id: string }>(
    'SELECT id, severities, rules FROM webhook WHERE tenant_id = $1 AND enabled',
    [tenantId],
  )
  const deliveries = news.flatMap(({ topic, alert }) => {
    const body = writeBody(topic, tenantId, toWebhookAlert(alert), nowMs)
    return webhooks
      .filter(webhook => wants(webhook, alert))
      .map(({ id }) => ({ webhookId: id, topic, alertId: alert.id, body }))
  })
  if (deliveries.length === 0) return
  await client.query(
    `INSERT INTO webhook_delivery (tenant_id, id, webhook_id, topic, alert_id, body)
     SELECT $1, d.* FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::text[]) AS d`,
    [
      tenantId,
      deliveries.map(() => ids.next()),
      deliveries.map(({ webhookId }) => webhookId),
      deliveries.map(({ topic }) => topic),
      deliveries.map(({ alertId }) => alertId),
      deliveries.map(({ body }) => body),
    ],
  )
}
