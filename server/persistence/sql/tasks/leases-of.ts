import type { Pool } from 'pg'
import type { HeldLease } from '#server/core/queue/task-store.ts'

/** The leases of a replica, or only those that somebody asked to stop, which an index of their own gives at once. */
export async function leasesOf(pool: Pool, replicaId: string, which: 'all' | 'cancelled'): Promise<HeldLease[]> {
  const { rows } = await pool.query<{ id: string; lease_no: string; cancel_reason: string | null }>({
    name: `leases-of-${which}`,
    text: `
      SELECT id, lease_no, cancel_reason FROM lease
      WHERE replica_id = $1 ${which === 'cancelled' ? 'AND cancel_reason IS NOT NULL' : ''}`,
    values: [replicaId],
  })
  return rows.map(row => ({ taskId: row.id, leaseNo: Number(row.lease_no), cancelReason: row.cancel_reason }))
}
