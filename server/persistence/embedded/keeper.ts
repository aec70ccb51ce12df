import pg from 'pg'
import { embeddedRole } from './ensure-cluster.ts'

/** The database of Quarterdeck in the embedded server. */
const embeddedDatabase = 'quarterdeck'

const maintenanceDatabase = 'postgres'
/** Held shared by every user of a server; exclusively by the one that is about to stop it. */
const useLockKey = 7_174_387_001

/**
 * An idle connection that every process using an embedded server holds. It dies with its process, however that ends, so
 * the lock on it tells whether anybody else still needs the server; no file could.
 */
export interface Keeper {
  /**
   * Gives up the use of the server. True: nobody else uses it, and who wants to begin now waits until it is stopped. False:
   * somebody does.
   */
  release(): Promise<boolean>
  close(): Promise<void>
}

/** How an attempt to become a user of a server ended. */
export type KeeperOutcome =
  | { kind: 'connected'; keeper: Keeper }
  | { kind: 'not-ours' }
  | { kind: 'not-answering'; error: Error }

export interface KeeperOptions {
  port: number
  password: string
  /** The data folder that the server behind the port must serve: another server may have got the port of a dead one. */
  clusterDir: string
  /** Called once when the connection ends without having been closed. */
  onLost: () => void
}

/** Connects to the server on a loopback port, makes sure that it serves our folder, and makes our database if it is missing. */
export async function openKeeper({ port, password, clusterDir, onLost }: KeeperOptions): Promise<KeeperOutcome> {
  const client = new pg.Client({
    connectionString: connectionUrl(port, password, maintenanceDatabase),
    application_name: 'quarterdeck keeper',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query<{ folder: string }>("SELECT current_setting('data_directory') AS folder")
    if (rows[0]?.folder !== clusterDir) {
      await client.end()
      return { kind: 'not-ours' }
    }
    await client.query('SELECT pg_advisory_lock_shared($1)', [useLockKey])
    await ensureDatabase(client)
  } catch (cause) {
    await client.end().catch(() => {})
    return { kind: 'not-answering', error: cause instanceof Error ? cause : new Error(String(cause)) }
  }
  client.once('end', onLost)
  return {
    kind: 'connected',
    keeper: {
      async release() {
        client.off('end', onLost)
        await client.query('SELECT pg_advisory_unlock_shared($1)', [useLockKey])
        const { rows } = await client.query<{ last: boolean }>('SELECT pg_try_advisory_lock($1) AS last', [useLockKey])
        return rows[0]?.last ?? false
      },
      async close() {
        client.off('end', onLost)
        await client.end()
      },
    },
  }
}

/** The address of a database in the embedded server. The password is made of characters that need no escaping. */
export function connectionUrl(port: number, password: string, database: string = embeddedDatabase): string {
  return `postgresql://${embeddedRole}:${password}@127.0.0.1:${port}/${database}`
}

async function ensureDatabase(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [embeddedDatabase])
  if (rowCount !== 0) return
  await client.query(`CREATE DATABASE ${embeddedDatabase}`).catch((error: unknown) => {
    const isRace = error instanceof pg.DatabaseError && ['42P04', '23505'].includes(error.code ?? '')
    if (!isRace) throw error
  })
}
