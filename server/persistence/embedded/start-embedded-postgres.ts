import { createServer } from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../../core/shared/logger.ts'
import { ensureCluster } from './ensure-cluster.ts'
import { startFailure } from './failures.ts'
import { connectionUrl, type Keeper, openKeeper } from './keeper.ts'
import { type Placement, placeServer } from './placement.ts'
import { inspectPostmaster } from './postmaster.ts'
import { launchServer, stopServer } from './server-process.ts'
import { type PostgresSettings, queueSettings } from './settings.ts'

const retryMs = 100

export interface EmbeddedPostgresOptions {
  /** The folder of the database's files; made when missing. Beside it stand `<folder>.password` and `<folder>.log`. */
  dataDir: string
  logger: Logger
  /** Settings of a server that is started; an adopted one keeps those it has. */
  settings?: PostgresSettings
  /** How long to wait for what is left of a crashed server to go away. */
  patienceMs?: number
}

/** A PostgreSQL server that belongs to a data folder. */
export interface EmbeddedPostgres {
  /** Address of the database `quarterdeck`, with the password. Changes at every start. */
  readonly url: string
  /** Whether the server was already running, left by a process that died or shared with one that lives. */
  readonly adopted: boolean
  /** Stops the server, unless another process uses it too. Close your own connections first. Calling it again is harmless. */
  stop(): Promise<void>
}

/**
 * Starts the packaged PostgreSQL on a data folder, or adopts the server that already runs on it, and returns when it
 * answers. Fails with DATA_DIR_NOT_WRITABLE or DATABASE_START_FAILED. Several processes may call it for one folder.
 * Keeps the event loop alive until `stop`.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { logger, settings = queueSettings, patienceMs = 60_000 } = options
  const place = await placeServer(path.resolve(options.dataDir), logger)
  const password = await ensureCluster(place)
  const giveUpAt = Date.now() + patienceMs
  let saidWaiting = false
  for (;;) {
    const attempt = await attemptStart(place, password, settings, logger)
    if (attempt.kind === 'serving') return serving(place, password, attempt, logger)
    if (Date.now() > giveUpAt) {
      throw startFailure(`${attempt.obstacle}, for ${patienceMs / 1000} s now`, {
        action: 'End the PostgreSQL processes that are left on this folder, or restart the machine.',
        cause: attempt.error,
      })
    }
    if (!saidWaiting) logger.info({ clusterDir: place.clusterDir }, `Waiting to start PostgreSQL: ${attempt.obstacle}`)
    saidWaiting = true
    await sleep(retryMs)
  }
}

type Attempt =
  | { kind: 'serving'; port: number; keeper: Keeper; adopted: boolean }
  | { kind: 'obstructed'; obstacle: string; error?: Error }

async function attemptStart(
  place: Placement,
  password: string,
  settings: PostgresSettings,
  logger: Logger,
): Promise<Attempt> {
  const state = await inspectPostmaster(place.clusterDir)
  if (state.kind === 'alive') {
    const { port, status } = state.postmaster
    if (status !== 'ready') return { kind: 'obstructed', obstacle: `the server on this folder is ${status}` }
    return connect(place, password, port, true)
  }
  const port = await findFreePort()
  const stalePid = state.kind === 'stale' ? state.pid : null
  const outcome = await launchServer({ place, port, settings, stalePid, logger })
  switch (outcome) {
    case 'ready':
      return connect(place, password, port, false)
    case 'folder-in-use':
      return { kind: 'obstructed', obstacle: 'processes of a server that ended abruptly still hold the folder' }
    case 'port-taken':
      return { kind: 'obstructed', obstacle: `another program took port ${port} first` }
  }
}

async function connect(place: Placement, password: string, port: number, adopted: boolean): Promise<Attempt> {
  const outcome = await openKeeper({ port, password, clusterDir: place.clusterDir })
  switch (outcome.kind) {
    case 'connected':
      return { kind: 'serving', port, keeper: outcome.keeper, adopted }
    case 'not-ours':
      return { kind: 'obstructed', obstacle: `the server on port ${port} serves another folder` }
    case 'not-answering':
      return {
        kind: 'obstructed',
        obstacle: `the server on this folder does not let us in (${outcome.error.message})`,
        error: outcome.error,
      }
  }
}

function serving(
  place: Placement,
  password: string,
  { port, keeper, adopted }: Attempt & { kind: 'serving' },
  logger: Logger,
): EmbeddedPostgres {
  logger.info(
    { port, clusterDir: place.clusterDir, adopted },
    adopted ? 'Adopted the running PostgreSQL' : 'PostgreSQL is up',
  )
  let stopping: Promise<void> | null = null
  const stop = async () => {
    const others = await keeper.countOthers().catch(() => 0)
    await keeper.close().catch(() => {})
    if (others > 0) return logger.info({ others }, 'PostgreSQL stays up: another process uses it')
    await stopServer(place)
    logger.info({ clusterDir: place.clusterDir }, 'PostgreSQL stopped')
  }
  return {
    url: connectionUrl(port, password),
    adopted,
    stop: () => (stopping ??= stop()),
  }
}

/** A port that was free a moment ago; the system hands out another one each time. */
async function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      const port = typeof address === 'object' && address ? address.port : 0
      probe.close(() => resolve(port))
    })
  })
}
