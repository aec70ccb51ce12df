import type { Pool } from 'pg'
import type { LeasedJob } from '#server/core/dead-letters/dead-letter-job-store.ts'
import type { Actor } from '#server/core/shared/principal.ts'

interface Row {
  tenant_id: string
  id: string
  kind: LeasedJob['kind']
  status: LeasedJob['status']
  actor_kind: Actor['kind']
  actor_id: string
  actor_name: string
  reason: string | null
  total: number
  rate_per_second: number
  trial_size: number | null
  continue_from: number | null
}

/** Jobs that one replica works on at a time; the others wait for it or for another replica. */
const atOnce = 20

/**
 * Takes or renews the lease of jobs at work that no other living replica holds, the oldest first. By the database's clock; of
 * two replicas that ask at once, one gets a job.
 */
export async function leaseJobs(pool: Pool, replicaId: string, leaseMs: number): Promise<LeasedJob[]> {
  const { rows } = await pool.query<Row>({
    name: 'lease-dead-letter-jobs',
    text: `
      UPDATE dead_letter_job j SET leased_by = $1, leased_until = clock_timestamp() + $2 * interval '1 millisecond'
      WHERE (j.tenant_id, j.id) IN (
        SELECT tenant_id, id FROM dead_letter_job
        WHERE status IN ('trial', 'running')
          AND (leased_by IS NULL OR leased_by = $1 OR leased_until < clock_timestamp())
        ORDER BY created_at LIMIT ${atOnce} FOR UPDATE SKIP LOCKED)
      RETURNING j.tenant_id, j.id, j.kind, j.status, j.actor_kind, j.actor_id, j.actor_name, j.reason, j.total,
        j.rate_per_second, j.trial_size, j.continue_from`,
    values: [replicaId, leaseMs],
  })
  return rows.map(row => ({
    tenantId: row.tenant_id,
    id: row.id,
    kind: row.kind,
    status: row.status,
    by: { kind: row.actor_kind, id: row.actor_id, name: row.actor_name, tenantId: row.tenant_id },
    reason: row.reason,
    total: row.total,
    ratePerSecond: row.rate_per_second,
    trial: row.trial_size === null ? null : { size: row.trial_size, continueFrom: row.continue_from },
  }))
}

/** Gives back every lease of a replica that stops in good order. */
export async function releaseJobs(pool: Pool, replicaId: string): Promise<void> {
  await pool.query('UPDATE dead_letter_job SET leased_by = NULL, leased_until = NULL WHERE leased_by = $1', [replicaId])
}
