import type { Pool } from 'pg'
import { deadAfterMs } from '#server/core/replicas/membership.ts'

/** Where a replica that lives is reached by others; null when it is gone, or has not said so. */
export async function addressOf(pool: Pool, replicaId: string): Promise<string | null> {
  const { rows } = await pool.query<{ address: string | null }>({
    name: 'address-of-replica',
    text: `
      SELECT address FROM replica
      WHERE id = $1 AND stopped_at IS NULL AND heartbeat_at > clock_timestamp() - $2 * interval '1 millisecond'`,
    values: [replicaId, deadAfterMs],
  })
  return rows[0]?.address ?? null
}
