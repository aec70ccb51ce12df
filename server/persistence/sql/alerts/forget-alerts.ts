import type { Pool } from 'pg'

/** Forgets alerts that were resolved, and silences that were over, before the moment (ms since the epoch). */
export async function forgetAlerts(pool: Pool, beforeMs: number): Promise<void> {
  const before = new Date(beforeMs)
  await pool.query('DELETE FROM alert WHERE resolved_at < $1', [before])
  await pool.query('DELETE FROM alert_silence WHERE ends_at < $1', [before])
}
