import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../../core/shared/logger.ts'
import { startFailure } from './failures.ts'
import { type Keeper, openKeeper } from './keeper.ts'
import type { Placement } from './placement.ts'
import { inspectPostmaster } from './postmaster.ts'
import { launchServer } from './server-process.ts'
import type { PostgresSettings } from './settings.ts'

const retryMs = 100

export interface BringUpOptions {
  place: Placement
  password: string
  settings: PostgresSettings
  /** The port to serve on; null for one that is free. */
  port: number | null
  /** How long to wait for what is in the way: the rest of a crashed server, a port that is taken. */
  patienceMs: number
  logger: Logger
  /** Called once when the server is lost afterwards. */
  onLost: () => void
  /** Gives up at the next occasion. */
  signal: AbortSignal
}

/** A server that answers, and our hold on it. */
export interface Serving {
  kind: 'serving'
  port: number
  keeper: Keeper
  /** Whether it ran already. */
  adopted: boolean
}

interface Obstructed {
  kind: 'obstructed'
  obstacle: string
  error?: Error
}

/** Adopts the server on the data folder or starts one, waiting out, with one line in the log, what may pass. */
export async function bringUp(options: BringUpOptions): Promise<Serving> {
  const { place, patienceMs, logger, signal } = options
  const giveUpAt = Date.now() + patienceMs
  let saidWaiting = false
  for (;;) {
    signal.throwIfAborted()
    const attempt = await attemptStart(options)
    if (attempt.kind === 'serving') return attempt
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

async function attemptStart(options: BringUpOptions): Promise<Serving | Obstructed> {
  const { place, settings, logger } = options
  const state = await inspectPostmaster(place.clusterDir)
  if (state.kind === 'alive') {
    const { port, status } = state.postmaster
    if (options.port !== null && port !== options.port) {
      return { kind: 'obstructed', obstacle: `another process has started the server of this folder on port ${port}` }
    }
    if (status === 'ready') return connect(options, port, true)
    return { kind: 'obstructed', obstacle: `the server on this folder is ${status}` }
  }
  const port = options.port ?? (await findFreePort())
  const stalePid = state.kind === 'stale' ? state.pid : null
  const outcome = await launchServer({ place, port, settings, stalePid, logger })
  switch (outcome) {
    case 'ready':
      return connect(options, port, false)
    case 'folder-in-use':
      return { kind: 'obstructed', obstacle: 'processes of a server that ended abruptly still hold the folder' }
    case 'port-taken':
      return { kind: 'obstructed', obstacle: `another program uses port ${port}` }
  }
}

async function connect(options: BringUpOptions, port: number, adopted: boolean): Promise<Serving | Obstructed> {
  const { place, password, onLost } = options
  const outcome = await openKeeper({ port, password, clusterDir: place.clusterDir, onLost })
  switch (outcome.kind) {
    case 'connected':
      return { kind: 'serving', port, keeper: outcome.keeper, adopted }
    case 'not-ours':
      return { kind: 'obstructed', obstacle: `the server on port ${port} serves another folder` }
    case 'not-answering': {
      const { error } = outcome
      return { kind: 'obstructed', obstacle: `the server on this folder does not let us in (${error.message})`, error }
    }
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
