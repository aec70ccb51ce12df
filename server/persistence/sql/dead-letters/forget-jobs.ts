import type { Pool } from 'pg'

/** Forgets jobs made more than `days` ago, with their letters; by then the history that they are about is gone too. */
export async function forgetOldJobs(pool: Pool, days: number): Promise<void> {
  await pool.query(
    `WITH gone AS (
       DELETE FROM dead_letter_job WHERE created_at < now() - $1 * interval '1 day' RETURNING tenant_id, id
     )
     DELETE FROM dead_letter_job_item i USING gone g WHERE i.tenant_id = g.tenant_id AND i.job_id = g.id`,
    [days],
  )
}
