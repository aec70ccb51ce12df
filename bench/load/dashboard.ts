import { setTimeout as sleep } from 'node:timers/promises'
import type { BrowserContext } from '@playwright/test'
import { makeReachableTempDir } from '../../server/persistence/embedded/reachable-temp-dir.ts'
import { type Client, createClient } from '../../server/testing/client.ts'
import { launchBrowser } from './browser.ts'
import { startProcess } from './processes.ts'
import { type PageFigures, watchPage } from './watch-page.ts'

/** What the browser said of the pages while the fleet was at work. */
export interface DashboardResult {
  eventsPerSecond: number
  pages: (PageFigures & { path: string; interactiveMs: number })[]
}

const key = 'qd_key_for_bench_0123456789abcdefghijklmnop'
const person = { email: 'bench@example.org', password: 'a password for the bench' }
/** A task that succeeds at once writes five events: ready, running, started, completed, succeeded. */
const eventsPerTask = 5
const batchMs = 50
const warmUpSeconds = 10

/**
 * Runs so many tasks that `eventsPerSecond` events are written, opens the command center and then the list of all events in
 * Chromium, and watches each for `seconds` with the browser's own instruments. Needs a built interface.
 */
export async function runDashboard(eventsPerSecond: number, seconds: number): Promise<DashboardResult> {
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
  })
  building.defer(() => server.stop())
  const client = createClient(server.url, key)
  await client.mutate('modules.register', {
    id: 'echo',
    name: 'Echo',
    category: 'bench',
    version: '1',
    capabilities: [{ type: 'bench.echo' }],
    instances: [{ endpoint: module.url, capacity: 200 }],
  })
  const browser = await launchBrowser()
  building.defer(() => browser.close())
  const context = await browser.newContext({ baseURL: server.url, viewport: { width: 1440, height: 900 } })
  await signIn(context)
  const ending = new AbortController()
  const feeding = feed(client, eventsPerSecond / eventsPerTask, ending.signal)
  building.defer(async () => {
    ending.abort()
    await feeding
  })
  const begun = await readPlace(client)
  const pages: DashboardResult['pages'] = []
  for (const [path, sign] of [
    ['/', '[aria-label^="Throughput over time"]'],
    ['/events', '[data-index] time'],
  ] as const) {
    const page = await context.newPage()
    const opened = performance.now()
    await page.goto(path)
    await page.locator(sign).first().waitFor()
    const interactiveMs = Math.round(performance.now() - opened)
    pages.push({ path, interactiveMs, ...(await watchPage(page, seconds, warmUpSeconds)) })
    await page.close()
  }
  const ended = await readPlace(client)
  return { eventsPerSecond: Math.round((ended.seq - begun.seq) / ((ended.at - begun.at) / 1_000)), pages }
}

async function signIn(context: BrowserContext): Promise<void> {
  const answer = await context.request.post('/api/auth/sign-in/email', { data: person })
  if (!answer.ok()) throw new Error(`signing in answered ${answer.status()}: ${await answer.text()}`)
}

/** How far the events have come, and when. */
async function readPlace(client: Client): Promise<{ seq: number; at: number }> {
  const { items } = await client.query<{ items: { seq: number }[] }>('events.list', { limit: 1 })
  return { seq: items[0]?.seq ?? 0, at: performance.now() }
}

async function feed(client: Client, tasksPerSecond: number, ending: AbortSignal): Promise<void> {
  const begun = performance.now()
  let sent = 0
  while (!ending.aborted) {
    const due = Math.floor(((performance.now() - begun) / 1_000) * tasksPerSecond) - sent
    if (due > 0) {
      sent += due
      const tasks = Array.from({ length: Math.min(due, 1_000) }, (_, n) => ({ type: 'bench.echo', payload: { n } }))
      await client.mutate('tasks.submitBatch', { tasks })
    }
    await sleep(batchMs)
  }
}

if (import.meta.main)
  console.log(
    JSON.stringify(await runDashboard(Number(process.argv[3] ?? 1_000), Number(process.argv[2] ?? 60)), null, 2),
  )
