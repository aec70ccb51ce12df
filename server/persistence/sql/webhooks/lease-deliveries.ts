import type { Pool } from 'pg'

/** A due delivery, its secret still sealed. */
export interface LeasedDeliveryRow {
  tenant_id: string
  id: string
  webhook_id: string
  url: string
  secret_sealed: string
  body: string
  attempts: number
  topic: string
}

/**
 * Takes deliveries that are due and that no replica is sending, oldest first. Those of a webhook that is off wait, but for tests
 * and what a person asked for again. By the database's clock; of two replicas that ask at once, one gets a delivery.
 */
export async function leaseDeliveries(
  pool: Pool,
  replicaId: string,
  leaseMs: number,
  limit: number,
): Promise<LeasedDeliveryRow[]> {
  const { rows } = await pool.query<LeasedDeliveryRow>({
    name: 'lease-webhook-deliveries',
    text: `
      UPDATE webhook_delivery d SET leased_by = $1, leased_until = clock_timestamp() + $2 * interval '1 millisecond'
      FROM webhook w
      WHERE w.tenant_id = d.tenant_id AND w.id = d.webhook_id AND (d.tenant_id, d.id) IN (
        SELECT p.tenant_id, p.id FROM webhook_delivery p JOIN webhook o ON o.tenant_id = p.tenant_id AND o.id = p.webhook_id
        WHERE p.status = 'pending' AND p.next_attempt_at <= clock_timestamp()
          AND (p.leased_until IS NULL OR p.leased_until < clock_timestamp())
          AND (o.enabled OR p.topic = 'webhook.test' OR p.attempts < p.attempt_count)
        ORDER BY p.next_attempt_at LIMIT $3 FOR UPDATE OF p SKIP LOCKED)
      RETURNING d.tenant_id, d.id, d.webhook_id, w.url, w.secret_sealed, d.body, d.attempts, d.topic`,
    values: [replicaId, leaseMs, limit],
  })
  return rows
}
