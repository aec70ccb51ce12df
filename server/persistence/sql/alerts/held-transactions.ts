import type { Pool } from 'pg'
import type { HeldTransaction } from '#server/core/alerts/alert-world.ts'

/** Younger ones are nobody's concern, and there are many. */
const usualLeastAgeMs = 5_000
const mostShown = 50

interface Row {
  pid: number | null
  application: string
  user: string
  state: string
  transaction_start: Date
  query_start: Date | null
  query: string | null
  waits_for: string | null
}

/**
 * Transactions of this database that have been open for `leastAgeMs`, oldest first: of sessions, and prepared ones, which need
 * none. Another user's are seen only with the rights of `pg_read_all_stats`; without them their start is hidden.
 */
export async function readHeldTransactions(
  pool: Pool,
  leastAgeMs: number = usualLeastAgeMs,
): Promise<HeldTransaction[]> {
  const { rows } = await pool.query<Row>({
    name: 'read-held-transactions',
    text: `
      SELECT * FROM (
        SELECT pid, application_name AS application, coalesce(usename, '') AS user, coalesce(state, 'unknown') AS state,
               xact_start AS transaction_start, query_start, left(query, 300) AS query,
               nullif(concat_ws(': ', wait_event_type, wait_event), '') AS waits_for
        FROM pg_stat_activity
        WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
          AND xact_start < clock_timestamp() - $1 * interval '1 millisecond'
        UNION ALL
        SELECT NULL, gid, owner, 'prepared', prepared, NULL, NULL, NULL
        FROM pg_prepared_xacts
        WHERE database = current_database() AND prepared < clock_timestamp() - $1 * interval '1 millisecond'
      ) held ORDER BY transaction_start LIMIT ${mostShown}`,
    values: [leastAgeMs],
  })
  return rows.map(row => ({
    pid: row.pid,
    application: row.application,
    user: row.user,
    state: row.state,
    transactionStart: row.transaction_start.getTime(),
    queryStart: row.query_start?.getTime() ?? null,
    query: row.query,
    waitsFor: row.waits_for,
  }))
}
