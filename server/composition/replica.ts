import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { QuarterdeckError } from '../core/shared/errors.ts'
import type { Logger } from '../core/shared/logger.ts'
import { sessionName } from '../persistence/sql/replicas/session-name.ts'

const lockPatienceMs = 3_000
const lockRetryMs = 100
/** Of the machine's name within the id, which goes into the names of sessions. */
const maxNameLength = 30

/**
 * The id of this replica: made once per data folder, so that after a crash it finds the work it held. Two replicas must not
 * share a data folder.
 */
export async function readReplicaId(dataDir: string): Promise<string> {
  const file = path.join(dataDir, 'replica.id')
  const known = await readFile(file, 'utf8').catch(() => '')
  if (known.trim() !== '') return known.trim()
  const name = hostname().split('.')[0]?.toLowerCase().slice(0, maxNameLength)
  const id = `${name || 'replica'}-${randomBytes(3).toString('hex')}`
  await mkdir(dataDir, { recursive: true })
  await writeFile(file, `${id}\n`, { mode: 0o600 })
  return id
}

/**
 * Makes sure that no other process works under this id, by a lock that lives as long as a connection of this process. Throws
 * REPLICA_IN_USE. When the connection is lost it is taken again as soon as the database answers; leases are fenced meanwhile.
 */
export async function holdReplica(url: string, replicaId: string, logger: Logger): Promise<() => Promise<void>> {
  let client: pg.Client | null = null
  let stopped = false
  const take = async () => {
    const next = new pg.Client({ connectionString: url, application_name: sessionName('replica', replicaId) })
    next.on('error', () => {
      if (client === next) void retake()
    })
    await next.connect()
    if (!(await tryLock(next, replicaId))) {
      await next.end()
      throw new QuarterdeckError('REPLICA_IN_USE', {
        message: `Another Quarterdeck already works with this data folder (replica ${replicaId}).`,
        action: 'Stop it first, or give this one a data folder of its own by QUARTERDECK_DATA_DIR.',
      })
    }
    client = next
  }
  const retake = async (): Promise<void> => {
    client = null
    while (!stopped && client === null) {
      await sleep(1_000)
      await take().catch((error: unknown) =>
        logger.warn({ error }, 'the lock of this replica is not held; trying again'),
      )
    }
  }
  await take()
  return async () => {
    stopped = true
    await client?.end()
  }
}

/** A predecessor that was just killed may hold the lock until the database notices; so it is asked for a while. */
async function tryLock(client: pg.Client, replicaId: string): Promise<boolean> {
  const giveUpAt = Date.now() + lockPatienceMs
  for (;;) {
    const { rows } = await client.query<{ held: boolean }>(
      "SELECT pg_try_advisory_lock(hashtext('quarterdeck.replica'), hashtext($1)) AS held",
      [replicaId],
    )
    if (rows[0]?.held === true) return true
    if (Date.now() > giveUpAt) return false
    await sleep(lockRetryMs)
  }
}
