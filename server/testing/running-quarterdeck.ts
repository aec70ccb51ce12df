import { type Quarterdeck, startQuarterdeck } from '#server/composition/start-quarterdeck.ts'
import { readConfig } from '#server/config/read-config.ts'
import { silentLogger } from '#server/core/shared/logger.ts'
import { makeReachableTempDir } from '#server/persistence/embedded/reachable-temp-dir.ts'
import { type Client, createClient } from './client.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'

export const testKey = 'qd_key_for_tests_0123456789abcdefghijklmnop'

/** The whole server without pages, on a database of its own. */
export interface RunningQuarterdeck extends AsyncDisposable {
  quarterdeck: Quarterdeck
  client: Client
  database: TestDatabase
  environment: Record<string, string>
}

/** Starts it in this process. `variables` overrides its environment. */
export async function runQuarterdeck(variables: Record<string, string> = {}): Promise<RunningQuarterdeck> {
  const cleanup = new AsyncDisposableStack()
  const folder = cleanup.use(await makeReachableTempDir())
  const database = cleanup.use(await createTestDatabase())
  const environment = {
    DATABASE_URL: database.url,
    QUARTERDECK_DATA_DIR: folder.path,
    QUARTERDECK_PORT: '0',
    QUARTERDECK_PRESET: 'testing',
    QUARTERDECK_API_KEY: testKey,
    QUARTERDECK_ADMIN_PASSWORD: 'a password for tests',
    ...variables,
  }
  const { config } = readConfig(environment)
  const quarterdeck = await startQuarterdeck(config, { logger: silentLogger, dev: false, headless: true })
  cleanup.defer(() => quarterdeck.stop())
  return {
    quarterdeck,
    client: createClient(quarterdeck.url, testKey),
    database,
    environment,
    [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
  }
}
