import type { Pool } from 'pg'
import { firstIdAt } from '../id-range.ts'

const dayMs = 86_400_000

/**
 * Makes the daily partitions from today to `daysAhead` days on, unless they exist. A lock lets several replicas do it at once.
 * Days are UTC; ids are UUIDv7, so a day is a range of ids.
 */
export async function ensurePartitions(pool: Pool, todayMs: number, daysAhead: number): Promise<void> {
  const today = Math.floor(todayMs / dayMs) * dayMs
  const client = await pool.connect()
  try {
    await client.query(`SELECT pg_advisory_lock(hashtext('quarterdeck.partitions'))`)
    for (let day = today; day <= today + daysAhead * dayMs; day += dayMs) {
      const suffix = new Date(day).toISOString().slice(0, 10).replaceAll('-', '')
      const ids = `FROM ('${firstIdAt(day)}') TO ('${firstIdAt(day + dayMs)}')`
      const times = `FROM ('${new Date(day).toISOString()}') TO ('${new Date(day + dayMs).toISOString()}')`
      for (const table of ['task', 'attempt', 'outcome', 'dead_letter', 'task_edge'])
        await ensurePartition(client, table, suffix, ids)
      await ensurePartition(client, 'event_batch', suffix, times)
    }
  } finally {
    await client.query(`SELECT pg_advisory_unlock(hashtext('quarterdeck.partitions'))`).catch(() => {})
    client.release()
  }
}

/**
 * Drops partitions whose day ended before `keepFromMs`. The oldest live task keeps its own day and all later ones until it has
 * ended. Answers the names of what was dropped.
 */
export async function dropOldPartitions(pool: Pool, keepFromMs: number): Promise<string[]> {
  const { rows: live } = await pool.query<{ id: string | null }>(
    'SELECT least((SELECT min(id::text) FROM ready), (SELECT min(id::text) FROM waiting), (SELECT min(id::text) FROM lease)) AS id',
  )
  const oldestLive = live[0]?.id
    ? Number.parseInt(live[0].id.replaceAll('-', '').slice(0, 12), 16)
    : Number.POSITIVE_INFINITY
  const { rows } = await pool.query<{ name: string; parent: string }>(
    `SELECT c.relname AS name, p.relname AS parent FROM pg_inherits i
     JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent
     WHERE p.relname IN ('task', 'attempt', 'outcome', 'dead_letter', 'task_edge', 'event_batch')
       AND c.relname ~ '_[0-9]{8}$'`,
  )
  const dropped: string[] = []
  for (const { name, parent } of rows) {
    const text = name.slice(-8)
    const end = Date.parse(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}T00:00:00Z`) + dayMs
    if (end > keepFromMs || (parent !== 'event_batch' && end > oldestLive)) continue
    await pool.query(`DROP TABLE IF EXISTS ${name}`)
    dropped.push(name)
  }
  return dropped
}

/**
 * A new day is analyzed after 10,000 rows and then whenever it has grown by half: with the settings of the server, made for tables that
 * turn over in seconds, that was every ten seconds, 0.2 s of a processor for all of them each time.
 */
const analyzed = 'autovacuum_analyze_threshold = 10000, autovacuum_analyze_scale_factor = 0.5'

async function ensurePartition(
  client: { query(text: string): Promise<unknown> },
  table: string,
  suffix: string,
  bounds: string,
): Promise<void> {
  await client.query(
    `CREATE TABLE IF NOT EXISTS ${table}_${suffix} PARTITION OF ${table} FOR VALUES ${bounds} WITH (${analyzed})`,
  )
}
