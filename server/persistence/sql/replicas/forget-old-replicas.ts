import type { Pool } from 'pg'

/** Forgets replicas that have not lived for so many days and hold nothing any more. */
export async function forgetOldReplicas(pool: Pool, days: number): Promise<void> {
  await pool.query(
    `DELETE FROM replica r WHERE heartbeat_at < clock_timestamp() - $1 * interval '1 day'
       AND NOT EXISTS (SELECT FROM lease l WHERE l.replica_id = r.id)`,
    [days],
  )
}
