import type { Pool } from 'pg'
import type { SecretBox } from '#server/core/shared/secret-box.ts'
import type { WebhookStore } from '#server/core/webhooks/webhook-store.ts'
import { createWebhook, listWebhooks, removeWebhook, updateWebhook } from './sql/webhooks/change-webhooks.ts'
import { addTest, listDeliveries, redeliver } from './sql/webhooks/deliveries.ts'
import { leaseDeliveries } from './sql/webhooks/lease-deliveries.ts'
import { settleDelivery } from './sql/webhooks/settle-delivery.ts'

/** Webhooks and their outbox in PostgreSQL, secrets sealed. */
export function createWebhookStore(pool: Pool, secrets: SecretBox): WebhookStore {
  return {
    list: tenantId => listWebhooks(pool, tenantId),
    create: (by, { secret, ...webhook }, most) =>
      createWebhook(pool, by, { ...webhook, secretSealed: secrets.seal(secret) }, most),
    update: (by, input) => updateWebhook(pool, by, input),
    remove: (by, id) => removeWebhook(pool, by, id),
    addTest: (by, webhookId, deliveryId, body) => addTest(pool, by, webhookId, deliveryId, body),
    deliveries: (tenantId, filter) => listDeliveries(pool, tenantId, filter),
    redeliver: (by, id) => redeliver(pool, by, id),
    async lease(replicaId, leaseMs, limit) {
      const rows = await leaseDeliveries(pool, replicaId, leaseMs, limit)
      return rows.map(({ tenant_id: tenantId, webhook_id: webhookId, secret_sealed: sealed, topic, ...row }) => ({
        ...row,
        tenantId,
        webhookId,
        secret: secrets.open(sealed),
        isTest: topic === 'webhook.test',
      }))
    },
    settle: (replicaId, delivery, result, giveUpAfterMs) =>
      settleDelivery(pool, replicaId, delivery, result, giveUpAfterMs),
    async forget(beforeMs) {
      await pool.query('DELETE FROM webhook_delivery WHERE ended_at < $1', [new Date(beforeMs)])
    },
  }
}
