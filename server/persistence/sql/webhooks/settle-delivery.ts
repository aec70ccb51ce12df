import type { Pool } from 'pg'
import { systemPrincipal } from '#server/core/shared/principal.ts'
import type { AttemptResult, LeasedDelivery } from '#server/core/webhooks/webhook-store.ts'
import { appendAudit } from '../audit/append-audit.ts'
import { inTransaction } from '../in-transaction.ts'

const attemptsKept = 10

/**
 * Keeps what became of one attempt, when the lease is still this replica's, and how its webhook goes. One that has failed for
 * `giveUpAfterMs` without a success is switched off, with what waits for it; one whose receiver answers 410 at once.
 */
export function settleDelivery(
  pool: Pool,
  replicaId: string,
  delivery: LeasedDelivery,
  { isDelivered, retryInMs, ...attempt }: AttemptResult,
  giveUpAfterMs: number,
): Promise<void> {
  const { tenantId, id, webhookId, isTest } = delivery
  const isGone = attempt.httpStatus === 410
  return inTransaction(pool, async client => {
    const { rowCount } = await client.query(
      `UPDATE webhook_delivery SET
         attempts = attempts + 1, attempt_count = attempt_count + 1, leased_by = NULL, leased_until = NULL,
         attempt_log = (SELECT jsonb_agg(entry ORDER BY place) FROM (
           SELECT entry, place FROM jsonb_array_elements($4::jsonb || attempt_log) WITH ORDINALITY AS log (entry, place)
           LIMIT ${attemptsKept}) kept),
         status = CASE WHEN $5 THEN 'delivered' WHEN $6::float8 IS NULL THEN 'failed' ELSE 'pending' END,
         next_attempt_at = CASE WHEN $6::float8 IS NULL THEN NULL ELSE clock_timestamp() + $6 * interval '1 millisecond' END,
         ended_at = CASE WHEN $6::float8 IS NULL THEN clock_timestamp() END
       WHERE tenant_id = $1 AND id = $2 AND leased_by = $3 AND status = 'pending'`,
      [tenantId, id, replicaId, JSON.stringify([attempt]), isDelivered, retryInMs],
    )
    if (rowCount === 0 || (isTest && !isDelivered)) return
    if (isDelivered) {
      await client.query(
        `UPDATE webhook SET last_success_at = clock_timestamp(), failing_since = CASE WHEN enabled THEN NULL ELSE failing_since END
         WHERE tenant_id = $1 AND id = $2`,
        [tenantId, webhookId],
      )
      return
    }
    const reason = isGone ? 'the receiver answered 410 Gone' : 'every delivery failed for a day'
    const { rows } = await client.query<{ is_given_up: boolean }>(
      `UPDATE webhook w SET failing_since = coalesce(failing_since, clock_timestamp()),
         enabled = NOT given_up.so, disabled_reason = CASE WHEN given_up.so THEN $4 END
       FROM (SELECT $5 OR coalesce(failing_since <= clock_timestamp() - $3 * interval '1 millisecond', false) AS so
             FROM webhook WHERE tenant_id = $1 AND id = $2) given_up
       WHERE w.tenant_id = $1 AND w.id = $2 AND w.enabled RETURNING NOT w.enabled AS is_given_up`,
      [tenantId, webhookId, giveUpAfterMs, reason, isGone],
    )
    if (!rows[0]?.is_given_up) return
    await client.query(
      `UPDATE webhook_delivery SET status = 'failed', ended_at = clock_timestamp(), next_attempt_at = NULL
       WHERE tenant_id = $1 AND webhook_id = $2 AND status = 'pending'`,
      [tenantId, webhookId],
    )
    const by = systemPrincipal(tenantId)
    await appendAudit(client, [{ by, action: 'webhook.disabled', targetKind: 'webhook', targetId: webhookId, reason }])
  })
}
