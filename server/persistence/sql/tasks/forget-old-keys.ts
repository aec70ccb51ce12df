import type { Pool } from 'pg'

const batch = 10_000

/** Forgets idempotency keys older than `days`, in batches so that no lock is held for long. Answers how many. */
export async function forgetOldKeys(pool: Pool, days: number): Promise<number> {
  let forgotten = 0
  for (;;) {
    const { rowCount } = await pool.query(
      `DELETE FROM idempotency WHERE ctid = ANY (ARRAY(
         SELECT ctid FROM idempotency WHERE created_at < now() - $1 * interval '1 day' LIMIT $2))`,
      [days, batch],
    )
    forgotten += rowCount ?? 0
    if ((rowCount ?? 0) < batch) return forgotten
  }
}
