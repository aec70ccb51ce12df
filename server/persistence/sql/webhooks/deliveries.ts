import type { Pool } from 'pg'
import type { Page } from '#server/contracts/common.ts'
import type { DeliveryView, ListDeliveries } from '#server/contracts/webhooks.ts'
import type { Principal } from '#server/core/shared/principal.ts'
import { appendAudit } from '../audit/append-audit.ts'
import { inTransaction } from '../in-transaction.ts'
import { type DeliveryRow, toDelivery } from './webhook-row.ts'

/** One page of what was sent to a webhook, the newest first. The cursor is the id of the last one shown. */
export async function listDeliveries(
  pool: Pool,
  tenantId: string,
  { webhookId, cursor, limit }: ListDeliveries,
): Promise<Page<DeliveryView>> {
  const { rows } = await pool.query<DeliveryRow>(
    `SELECT * FROM webhook_delivery WHERE tenant_id = $1 AND webhook_id = $2 AND ($3::uuid IS NULL OR id < $3)
     ORDER BY id DESC LIMIT $4`,
    [tenantId, webhookId, cursor ?? null, limit + 1],
  )
  const shown = rows.slice(0, limit)
  return { items: shown.map(toDelivery), nextCursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null }
}

/** Null when there is no such webhook. */
export function addTest(
  pool: Pool,
  by: Principal,
  webhookId: string,
  deliveryId: string,
  body: string,
): Promise<DeliveryView | null> {
  return inTransaction(pool, async client => {
    const { rows } = await client.query<DeliveryRow>(
      `INSERT INTO webhook_delivery (tenant_id, id, webhook_id, topic, body)
       SELECT tenant_id, $3, id, 'webhook.test', $4 FROM webhook WHERE tenant_id = $1 AND id = $2 RETURNING *`,
      [by.tenantId, webhookId, deliveryId, body],
    )
    const [row] = rows
    if (!row) return null
    await appendAudit(client, [{ by, action: 'webhook.tested', targetKind: 'webhook', targetId: webhookId }])
    return toDelivery(row)
  })
}

/** Due again at once, as if it had never been tried; what was tried stays in its log. */
export function redeliver(pool: Pool, by: Principal, id: string): Promise<DeliveryView | null> {
  return inTransaction(pool, async client => {
    const { rows } = await client.query<DeliveryRow>(
      `UPDATE webhook_delivery SET status = 'pending', attempts = 0, next_attempt_at = clock_timestamp(), ended_at = NULL
       WHERE tenant_id = $1 AND id = $2 RETURNING *`,
      [by.tenantId, id],
    )
    const [row] = rows
    if (!row) return null
    const target = { targetKind: 'webhook', targetId: row.webhook_id }
    await appendAudit(client, [{ by, action: 'webhook.redelivered', ...target, details: { deliveryId: id } }])
    return toDelivery(row)
  })
}
