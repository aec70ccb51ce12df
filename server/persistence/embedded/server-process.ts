import { spawn } from 'node:child_process'
import { open, rename, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../../core/shared/logger.ts'
import { programPath } from './binaries.ts'
import { diskFull, startFailure } from './failures.ts'
import type { Placement } from './placement.ts'
import { inspectPostmaster } from './postmaster.ts'
import { outputOf, runProgram, serverEnvironment, serverWorkingFolder } from './run-program.ts'
import { identityOf } from './server-account.ts'
import type { PostgresSettings } from './settings.ts'

const pollMs = 20
const reportRecoveryEveryMs = 10_000
const stopWithinSeconds = 60
const logSizeToRotate = 8 * 1024 * 1024

/** How an attempt to start the server ended: it serves, or something is in the way that may pass. */
export type LaunchOutcome = 'ready' | 'folder-in-use' | 'port-taken'

export interface LaunchOptions {
  place: Placement
  port: number
  settings: PostgresSettings
  /** The process id that a server which crashed has left in `postmaster.pid`. */
  stalePid: number | null
  logger: Logger
}

/**
 * Starts the server in a session of its own, so that neither Ctrl-C nor our death reaches it, and waits until it serves;
 * after a crash that includes its recovery, however long. Fails with DATABASE_START_FAILED when it gives up.
 */
export async function launchServer({ place, port, settings, stalePid, logger }: LaunchOptions): Promise<LaunchOutcome> {
  const log = await openLog(place.logFile)
  try {
    const { size: logStart } = await log.stat()
    const fixed = { port: String(port), listen_addresses: '127.0.0.1', unix_socket_directories: '' }
    const options = Object.entries({ ...settings, ...fixed }).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const child = spawn(programPath(place.binariesHome, 'postgres'), ['-D', place.clusterDir, ...options], {
      ...identityOf(place.account),
      cwd: serverWorkingFolder(),
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      // Tells PostgreSQL that this id in its lock file is stale, even if the system has given it to another program since.
      // Its own check of the shared memory, which protects a half-dead server's data, still holds.
      env: { ...serverEnvironment(), ...(stalePid !== null && { PG_GRANDPARENT_PID: String(stalePid) }) },
    })
    const ended = new Promise<Error | null>(resolve => {
      child.once('error', resolve)
      child.once('exit', () => resolve(null))
    })
    child.unref()
    let end: { error: Error | null } | null = null
    void ended.then(error => {
      end = { error }
    })
    for (let waitedMs = 0; end === null; waitedMs += pollMs) {
      const state = await inspectPostmaster(place.clusterDir)
      if (state.kind === 'alive' && state.postmaster.pid === child.pid && state.postmaster.status === 'ready')
        return 'ready'
      if (waitedMs > 0 && waitedMs % reportRecoveryEveryMs === 0) {
        logger.info({ waitedMs }, 'PostgreSQL is still starting; after a crash it first replays its log')
      }
      await sleep(pollMs)
    }
    return explainEnd(place, await readFrom(place.logFile, logStart), (end as { error: Error | null }).error)
  } finally {
    await log.close()
  }
}

/** Stops the server: open transactions are rolled back, everything committed is on disk. A stopped server is fine. */
export async function stopServer(place: Placement): Promise<void> {
  const stop = (mode: string) =>
    runProgram(place, 'pg_ctl', ['stop', '-D', place.clusterDir, '-m', mode, '-w', '-t', String(stopWithinSeconds)])
  for (const mode of ['fast', 'immediate']) {
    try {
      return await stop(mode)
    } catch (error) {
      const state = await inspectPostmaster(place.clusterDir)
      if (state.kind !== 'alive') return
      if (mode === 'immediate') throw startFailure(`it does not stop: ${outputOf(error)}`, { cause: error })
    }
  }
}

function explainEnd(place: Placement, output: string, error: Error | null): LaunchOutcome {
  if (error) throw startFailure(error.message, { cause: error })
  if (/lock file "postmaster\.pid" already exists|shared memory block .* is still in use/.test(output))
    return 'folder-in-use'
  if (/could not bind|Address already in use/.test(output)) return 'port-taken'
  if (output.includes('No space left on device')) throw diskFull(place.clusterDir)
  const reason = /(?:FATAL|PANIC): +(.*)/.exec(output)?.[1] ?? 'it ended without giving a reason'
  throw startFailure(reason, { action: `Read ${place.logFile}, put it right and start again.`, internal: output })
}

async function openLog(file: string) {
  const { size } = await stat(file).catch(() => ({ size: 0 }))
  if (size > logSizeToRotate) await rename(file, `${file}.1`)
  return open(file, 'a', 0o600)
}

async function readFrom(file: string, start: number): Promise<string> {
  const handle = await open(file, 'r')
  try {
    const { size } = await handle.stat()
    const { buffer, bytesRead } = await handle.read(
      Buffer.alloc(Math.min(size - start, 64 * 1024)),
      0,
      undefined,
      start,
    )
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await handle.close()
  }
}
