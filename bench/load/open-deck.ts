import type { BrowserContext } from '@playwright/test'
import { makeReachableTempDir } from '../../server/persistence/embedded/reachable-temp-dir.ts'
import { type Client, createClient } from '../../server/testing/client.ts'
import { launchBrowser } from './browser.ts'
import { startProcess } from './processes.ts'

const key = 'qd_key_for_bench_0123456789abcdefghijklmnop'
const person = { email: 'bench@example.org', password: 'a password for the bench' }

/** A control center with its pages, a module that answers at once, and Chromium, signed in. */
export interface Deck extends AsyncDisposable {
  client: Client
  context: BrowserContext
  /** Where the module listens; it is not registered yet. */
  moduleUrl: string
}

/** Starts all of it in processes of its own; disposing takes it away again. Needs a built interface. */
export async function openDeck(environment: Readonly<Record<string, string>> = {}): Promise<Deck> {
  await using building = new AsyncDisposableStack()
  const folder = building.use(await makeReachableTempDir('quarterdeck-bench'))
  const module = await startProcess('bench/load/echo-module.ts')
  building.defer(() => module.stop())
  const server = await startProcess('bench/load/with-pages.ts', {
    QUARTERDECK_DATA_DIR: folder.path,
    QUARTERDECK_PORT: '3998',
    QUARTERDECK_PRESET: 'testing',
    QUARTERDECK_API_KEY: key,
    QUARTERDECK_ADMIN_EMAIL: person.email,
    QUARTERDECK_ADMIN_PASSWORD: person.password,
    NODE_ENV: 'production',
    ...environment,
  })
  building.defer(() => server.stop())
  const browser = await launchBrowser()
  building.defer(() => browser.close())
  const context = await browser.newContext({ baseURL: server.url, viewport: { width: 1440, height: 900 } })
  const answer = await context.request.post('/api/auth/sign-in/email', { data: person })
  if (!answer.ok()) throw new Error(`signing in answered ${answer.status()}: ${await answer.text()}`)
  const all = building.move()
  return {
    client: createClient(server.url, key),
    context,
    moduleUrl: module.url,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
}
