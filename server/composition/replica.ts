import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import path from 'node:path'
import type { Pool } from 'pg'

/**
 * The id of this replica: made once per data folder, so that after a crash it finds the work it held. Two replicas must not
 * share a data folder.
 */
export async function readReplicaId(dataDir: string): Promise<string> {
  const file = path.join(dataDir, 'replica.id')
  const known = await readFile(file, 'utf8').catch(() => '')
  if (known.trim() !== '') return known.trim()
  const id = `${hostname().split('.')[0]?.toLowerCase() || 'replica'}-${randomBytes(3).toString('hex')}`
  await mkdir(dataDir, { recursive: true })
  await writeFile(file, `${id}\n`, { mode: 0o600 })
  return id
}

/** Says that the replica lives now, by the database's clock. */
export async function beat(pool: Pool, replicaId: string, version: string): Promise<void> {
  await pool.query({
    name: 'replica-beat',
    text: `
      INSERT INTO replica (id, host, pid, version) VALUES ($1, $2, $3, $4)
      ON CONFLICT (id) DO UPDATE SET heartbeat_at = clock_timestamp(), stopped_at = NULL, pid = excluded.pid,
        version = excluded.version,
        started_at = CASE WHEN replica.pid = excluded.pid THEN replica.started_at ELSE clock_timestamp() END`,
    values: [replicaId, hostname(), process.pid, version],
  })
}

/** Says that the replica stopped in good order; what it may still hold can be taken over at once. */
export async function signOff(pool: Pool, replicaId: string): Promise<void> {
  await pool.query('UPDATE replica SET stopped_at = clock_timestamp() WHERE id = $1', [replicaId])
}
