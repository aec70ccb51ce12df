import type { Pool } from 'pg'
import type { ClaimedTask } from '#server/core/queue/task-store.ts'
import { type ClaimedRow, checkpointSql, claimedColumns, toClaimed } from './claimed-row.ts'

/** Tasks under leases of a replica that are not among those it knows of; asked only after a claim whose answer was lost. */
export async function leasedTasks(pool: Pool, replicaId: string, except: readonly number[]): Promise<ClaimedTask[]> {
  const { rows } = await pool.query<ClaimedRow>({
    name: 'leased-tasks',
    text: `
      SELECT ${claimedColumns}
      FROM (
        SELECT t.*, ${checkpointSql('l')} AS checkpoint, l.lease_no, l.attempts, l.enqueued_at, l.claimed_at, l.started_at
        FROM lease l JOIN task t ON t.tenant_id = l.tenant_id AND t.id = l.id
        WHERE l.replica_id = $1 AND l.lease_no <> ALL ($2::bigint[])
      ) claimed ORDER BY rank, priority, deadline, id`,
    values: [replicaId, except],
  })
  return rows.map(toClaimed)
}
