import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../../core/shared/logger.ts'
import { type BringUpOptions, bringUp, type Serving } from './bring-up.ts'
import { ensureCluster } from './ensure-cluster.ts'
import { connectionUrl } from './keeper.ts'
import { placeServer } from './placement.ts'
import { stopServer } from './server-process.ts'
import { type PostgresSettings, queueSettings } from './settings.ts'

const reviveAgainMs = 2_000

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
  /** Address of the database `quarterdeck`, with the password. Good until `stop`; another start may give another port. */
  readonly url: string
  /** Whether the server was already running, left by a process that died or shared with one that lives. */
  readonly adopted: boolean
  /** Stops the server, unless another process uses it too. Close your own connections first. Calling it again is harmless. */
  stop(): Promise<void>
}

/**
 * Starts the packaged PostgreSQL on a data folder, or adopts the server that already runs on it, and returns when it
 * answers. From then on until `stop` a server that ends is started again at the same address. Several processes may call
 * this for one folder. Keeps the event loop alive until `stop`. Fails with DATA_DIR_NOT_WRITABLE or DATABASE_START_FAILED.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { logger, settings = queueSettings, patienceMs = 60_000 } = options
  const place = await placeServer(path.resolve(options.dataDir), logger)
  const password = await ensureCluster(place)
  const stopping = new AbortController()
  const server = await Supervised.start({ place, password, settings, patienceMs, logger, signal: stopping.signal })
  let stopped: Promise<void> | null = null
  return {
    url: connectionUrl(server.port, password),
    adopted: server.adopted,
    stop() {
      stopping.abort()
      stopped ??= server.stop()
      return stopped
    },
  }
}

type SupervisedOptions = Omit<BringUpOptions, 'port' | 'onLost'>

/** A server that is brought up again when it ends, until the options' signal aborts. */
class Supervised {
  readonly #options: SupervisedOptions
  #serving: Serving
  #reviving: Promise<void> = Promise.resolve()
  readonly port: number
  readonly adopted: boolean

  static async start(options: SupervisedOptions): Promise<Supervised> {
    let supervised: Supervised | null = null
    const serving = await bringUp({ ...options, port: null, onLost: () => supervised?.revive() })
    const { port, adopted } = serving
    const { clusterDir } = options.place
    options.logger.info({ port, clusterDir }, adopted ? 'Adopted the running PostgreSQL' : 'PostgreSQL is up')
    supervised = new Supervised(options, serving)
    return supervised
  }

  private constructor(options: SupervisedOptions, serving: Serving) {
    this.#options = options
    this.#serving = serving
    this.port = serving.port
    this.adopted = serving.adopted
  }

  revive(): void {
    if (this.#options.signal.aborted) return
    this.#options.logger.warn({ port: this.port }, 'Lost PostgreSQL; bringing it up again')
    this.#reviving = this.#bringBack()
  }

  async #bringBack(): Promise<void> {
    const { signal, logger } = this.#options
    while (!signal.aborted) {
      try {
        this.#serving = await bringUp({ ...this.#options, port: this.port, onLost: () => this.revive() })
        logger.info({ port: this.port }, 'PostgreSQL is up again')
        return
      } catch (error) {
        if (signal.aborted) return
        logger.error({ error }, 'PostgreSQL could not be brought up again; trying on')
        await sleep(reviveAgainMs, undefined, { signal }).catch(() => {})
      }
    }
  }

  async stop(): Promise<void> {
    const { place, logger } = this.#options
    await this.#reviving
    const { keeper } = this.#serving
    const isLastUser = await keeper.release().catch(() => true)
    if (isLastUser) await stopServer(place)
    await keeper.close().catch(() => {})
    if (isLastUser) logger.info({ clusterDir: place.clusterDir }, 'PostgreSQL stopped')
    else logger.info({ clusterDir: place.clusterDir }, 'PostgreSQL stays up: another process uses it')
  }
}
