import path from 'node:path'
import pg from 'pg'
import type { Config } from '../config/read-config.ts'
import type { Logger } from '../core/shared/logger.ts'
import { ControlConnection } from '../persistence/control-connection.ts'
import { startEmbeddedPostgres } from '../persistence/embedded/start-embedded-postgres.ts'
import { applyMigrations } from '../persistence/migrate/apply-migrations.ts'
import { databaseUnavailable } from '../persistence/migrate/connect-client.ts'
import { sessionName } from '../persistence/sql/replicas/session-name.ts'
import { readReplicaId } from './replica.ts'

/** The database of an installation, migrated, with the connections of this replica. */
export interface Database {
  /** For everything people look at and change. */
  pool: pg.Pool
  /** For the dispatch path alone: a slow page never holds up a task. */
  hot: pg.Pool
  /** For heartbeats, leases and signals alone. */
  control: ControlConnection
  /** Under which this process works; its sessions are named after it. */
  replicaId: string
  url: string
  /** `embedded` or the host it runs on; for people. */
  where: string
  close(): Promise<void>
}

const poolSize = 10
const hotPoolSize = 6
const statementTimeoutMs = 10_000
const idleInTransactionTimeoutMs = 10_000
const connectionTimeoutMs = 5_000

/** Starts the embedded database or connects to the given one, and applies migrations. */
export async function openDatabase(config: Config, logger: Logger): Promise<Database> {
  const embedded =
    config.databaseUrl === null
      ? await startEmbeddedPostgres({ dataDir: path.join(config.dataDir, 'postgres'), logger })
      : null
  const url = embedded?.url ?? config.databaseUrl ?? ''
  try {
    await applyMigrations({ url, logger })
  } catch (error) {
    await embedded?.stop()
    throw error
  }
  const replicaId = await readReplicaId(config.dataDir)
  const control = new ControlConnection({ url, name: sessionName('control', replicaId), logger })
  try {
    await control.open()
  } catch (error) {
    await embedded?.stop()
    throw databaseUnavailable(url, error)
  }
  const pool = openPool(url, poolSize, sessionName('main', replicaId), [], logger)
  // The hot path has few statements, each with one good plan, chosen once: statistics that lag behind a queue that fills and
  // drains would only make the planner choose worse ones.
  const hotSettings = [
    'plan_cache_mode=force_generic_plan',
    'enable_hashjoin=off',
    'enable_mergejoin=off',
    'enable_seqscan=off',
    'jit=off',
  ]
  const hot = openPool(url, hotPoolSize, sessionName('dispatch', replicaId), hotSettings, logger)
  return {
    pool,
    hot,
    control,
    replicaId,
    url,
    where: embedded ? 'embedded' : new URL(url).host,
    async close() {
      await Promise.all([pool.end(), hot.end(), control.close()])
      await embedded?.stop()
    },
  }
}

function openPool(url: string, max: number, name: string, settings: readonly string[], logger: Logger): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    application_name: name,
    connectionTimeoutMillis: connectionTimeoutMs,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + 2_000,
    idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
    keepAlive: true,
    ...(settings.length > 0 ? { options: settings.map(setting => `-c ${setting}`).join(' ') } : {}),
  })
  pool.on('error', error => logger.warn({ error: error.message, pool: name }, 'a database connection was lost'))
  // The pool listens to idle connections alone. One that is lost while it is checked out fails its queries and also emits an
  // error, which would end the process if nobody heard it.
  pool.on('connect', client => client.on('error', () => {}))
  return pool
}
