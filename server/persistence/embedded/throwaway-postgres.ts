import { readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { silentLogger } from '../../core/shared/logger.ts'
import { inspectPostmaster, isAlive } from './postmaster.ts'
import { makeReachableTempDir } from './reachable-temp-dir.ts'
import { type PostgresSettings, throwawaySettings } from './settings.ts'
import { startEmbeddedPostgres } from './start-embedded-postgres.ts'

const folderPrefix = 'quarterdeck-throwaway'

/** A server in a temporary folder; the folder goes with it. */
export interface ThrowawayPostgres {
  url: string
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts a PostgreSQL whose data nobody needs afterwards: for tests, checks and measurements. Unless told otherwise it is fast
 * because it may lose everything. One that is left behind by a process that was killed is cleared away by the next.
 */
export async function startThrowawayPostgres(
  settings: PostgresSettings = throwawaySettings,
): Promise<ThrowawayPostgres> {
  await removeAbandoned()
  await using cleanup = new AsyncDisposableStack()
  const folder = cleanup.use(await makeReachableTempDir(`${folderPrefix}-${process.pid}`))
  const dataDir = path.join(folder.path, 'postgres')
  const server = await startEmbeddedPostgres({ dataDir, logger: silentLogger, settings })
  cleanup.defer(() => server.stop())
  const owned = cleanup.move()
  return { url: server.url, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** A test run that was killed leaves its server behind: the folder's name tells whose it was. */
async function removeAbandoned(): Promise<void> {
  const names = await readdir(tmpdir())
  for (const name of names.filter(candidate => candidate.startsWith(`${folderPrefix}-`))) {
    const owner = Number(name.slice(folderPrefix.length + 1).split('-')[0])
    if (!Number.isInteger(owner) || isAlive(owner)) continue
    const folder = path.join(tmpdir(), name)
    try {
      const state = await inspectPostmaster(path.join(folder, 'postgres'))
      if (state.kind === 'alive') process.kill(state.postmaster.pid, 'SIGQUIT')
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    } catch {
      // Another user's, or still going down: left to whoever comes next.
    }
  }
}
