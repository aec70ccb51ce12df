import type { Pool } from 'pg'

/**
 * Forgets what outlived its task: records of pre-emptions beyond the retention, and checkpoints without a live task, which a
 * replica that stood still can leave behind when it wakes up at the wrong moment.
 */
export async function forgetTimeHistory(pool: Pool, days: number): Promise<void> {
  await pool.query(`DELETE FROM preemption WHERE ended_at < now() - $1 * interval '1 day'`, [days])
  await pool.query(`
    DELETE FROM checkpoint c
    WHERE c.saved_at < now() - interval '1 hour'
      AND (EXISTS (SELECT FROM outcome o WHERE o.tenant_id = c.tenant_id AND o.id = c.task_id)
        OR NOT EXISTS (SELECT FROM task t WHERE t.tenant_id = c.tenant_id AND t.id = c.task_id))`)
}
