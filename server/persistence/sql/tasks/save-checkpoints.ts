import type { Pool } from 'pg'
import type { CheckpointWrite } from '#server/core/queue/interruption.ts'

/**
 * Keeps checkpoints in one statement. The lease row is the fence, locked until the commit, so that nobody takes the lease over
 * in between. Whoever ends the lease waits for its own saves first, as its statement would not see them. Answers, in order,
 * whether each was kept.
 */
export async function saveCheckpoints(pool: Pool, checkpoints: readonly CheckpointWrite[]): Promise<boolean[]> {
  // Row locks in id order, as everywhere.
  const inOrder = checkpoints.toSorted((a, b) => (a.taskId < b.taskId ? -1 : 1))
  const { rows } = await pool.query<{ lease_no: string }>({
    name: 'save-checkpoints',
    text: `
      WITH input AS (
        SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::jsonb[]) AS c (task_id, lease_no, module_id, data)
      ), held AS (
        SELECT l.id, l.tenant_id, l.lease_no FROM lease l JOIN input i ON l.id = i.task_id AND l.lease_no = i.lease_no
        ORDER BY l.id FOR UPDATE OF l
      )
      INSERT INTO checkpoint (task_id, tenant_id, lease_no, module_id, data)
      SELECT h.id, h.tenant_id, h.lease_no, i.module_id, i.data FROM held h JOIN input i ON i.task_id = h.id
      ON CONFLICT (task_id) DO UPDATE SET
        lease_no = excluded.lease_no, module_id = excluded.module_id, data = excluded.data, saved_at = clock_timestamp()
      RETURNING lease_no`,
    values: [
      inOrder.map(checkpoint => checkpoint.taskId),
      inOrder.map(checkpoint => checkpoint.leaseNo),
      inOrder.map(checkpoint => checkpoint.moduleId),
      inOrder.map(checkpoint => checkpoint.data),
    ],
  })
  const kept = new Set(rows.map(row => Number(row.lease_no)))
  return checkpoints.map(checkpoint => kept.has(checkpoint.leaseNo))
}
