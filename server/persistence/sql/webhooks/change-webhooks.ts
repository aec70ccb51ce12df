import type { Pool } from 'pg'
import type { CreateWebhook, UpdateWebhook, WebhookView } from '#server/contracts/webhooks.ts'
import type { Principal } from '#server/core/shared/principal.ts'
import { appendAudit } from '../audit/append-audit.ts'
import { inTransaction } from '../in-transaction.ts'
import { toWebhook, type WebhookRow } from './webhook-row.ts'

/** The webhooks of a tenant with how many deliveries wait, the oldest first. */
export async function listWebhooks(pool: Pool, tenantId: string): Promise<WebhookView[]> {
  const { rows } = await pool.query<WebhookRow>(
    `SELECT w.*, (SELECT count(*)::int FROM webhook_delivery d
                  WHERE d.tenant_id = w.tenant_id AND d.webhook_id = w.id AND d.status = 'pending') AS pending
     FROM webhook w WHERE w.tenant_id = $1 ORDER BY w.id`,
    [tenantId],
  )
  return rows.map(toWebhook)
}

/** False when the tenant has `most` already; one lock per tenant makes those that come at once take turns. */
export function createWebhook(
  pool: Pool,
  by: Principal,
  webhook: CreateWebhook & { id: string; secretSealed: string },
  most: number,
): Promise<boolean> {
  const { id, name, url, severities, rules, secretSealed } = webhook
  return inTransaction(pool, async client => {
    await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`webhooks:${by.tenantId}`])
    const { rowCount } = await client.query(
      `INSERT INTO webhook (tenant_id, id, name, url, secret_sealed, severities, rules, created_by)
       SELECT $1, $2, $3, $4, $5, $6, $7, $8 WHERE (SELECT count(*) FROM webhook WHERE tenant_id = $1) < $9`,
      [by.tenantId, id, name, url, secretSealed, severities, rules, by.name, most],
    )
    if (rowCount === 0) return false
    const details = { name, url, severities, rules }
    await appendAudit(client, [{ by, action: 'webhook.created', targetKind: 'webhook', targetId: id, details }])
    return true
  })
}

/** Switching it on again forgets that it failed. */
export function updateWebhook(
  pool: Pool,
  by: Principal,
  { id, version, name, url, severities, rules, enabled }: UpdateWebhook,
): Promise<'updated' | 'missing' | 'conflict'> {
  return inTransaction(pool, async client => {
    const { rows } = await client.query<{ version: number }>(
      'SELECT version FROM webhook WHERE tenant_id = $1 AND id = $2 FOR UPDATE',
      [by.tenantId, id],
    )
    if (!rows[0]) return 'missing'
    if (rows[0].version !== version) return 'conflict'
    await client.query(
      `UPDATE webhook SET name = $3, url = $4, severities = $5, rules = $6, version = version + 1, enabled = $7,
         disabled_reason = CASE WHEN $7 THEN NULL ELSE coalesce(disabled_reason, 'switched off by ' || $8::text) END,
         failing_since = CASE WHEN $7 AND NOT enabled THEN NULL ELSE failing_since END
       WHERE tenant_id = $1 AND id = $2`,
      [by.tenantId, id, name, url, severities, rules, enabled, by.name],
    )
    const details = { name, url, severities, rules, enabled }
    await appendAudit(client, [{ by, action: 'webhook.updated', targetKind: 'webhook', targetId: id, details }])
    return 'updated'
  })
}

/** Its deliveries go with it. */
export function removeWebhook(pool: Pool, by: Principal, id: string): Promise<boolean> {
  return inTransaction(pool, async client => {
    const { rows } = await client.query<{ name: string; url: string }>(
      'DELETE FROM webhook WHERE tenant_id = $1 AND id = $2 RETURNING name, url',
      [by.tenantId, id],
    )
    const [details] = rows
    if (!details) return false
    await appendAudit(client, [
      { by, action: 'webhook.removed', targetKind: 'webhook', targetId: id, details: { ...details } },
    ])
    return true
  })
}
