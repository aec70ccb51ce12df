import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '../../server/testing/client.ts'
import { openDeck } from './open-deck.ts'
import { type PageFigures, watchPage } from './watch-page.ts'

/** What the browser said of the pages while the fleet was at work. */
export interface DashboardResult {
  eventsPerSecond: number
  pages: (PageFigures & { path: string; interactiveMs: number })[]
}

/** A task that succeeds at once writes five events: ready, running, started, completed, succeeded. */
const eventsPerTask = 5
const batchMs = 50
const warmUpSeconds = 10
const settledSeconds = 120
const leastHeapSeconds = 120

/**
 * In this order, so that the curves of the command center, which go two minutes back, are full before it is opened; how they fill
 * says nothing of a page that is open all day.
 */
const watched = [
  { path: '/events', sign: '[data-index] time' },
  { path: '/', sign: '[aria-label^="Throughput over time"]' },
] as const

/**
 * Runs so many tasks that `eventsPerSecond` events are written, opens the list of all events and then the command center in
 * Chromium, and watches each for `seconds`, and its heap for as long again but two minutes at least, with the browser's own
 * instruments. Needs a built interface.
 */
export async function runDashboard(eventsPerSecond: number, seconds: number): Promise<DashboardResult> {
  await using deck = await openDeck()
  const { client, context } = deck
  await client.mutate('modules.register', {
    id: 'echo',
    name: 'Echo',
    category: 'bench',
    version: '1',
    capabilities: [{ type: 'bench.echo' }],
    instances: [{ endpoint: deck.moduleUrl, capacity: 200 }],
  })
  const ending = new AbortController()
  const feeding = feed(client, eventsPerSecond / eventsPerTask, ending.signal)
  await using stopping = new AsyncDisposableStack()
  stopping.defer(async () => {
    ending.abort()
    await feeding
  })
  const begun = await readPlace(client)
  const pages: DashboardResult['pages'] = []
  for (const { path, sign } of watched) {
    const page = await context.newPage()
    const opened = performance.now()
    await page.goto(path)
    await page.locator(sign).first().waitFor()
    const interactiveMs = Math.round(performance.now() - opened)
    const heapSeconds = Math.max(seconds, leastHeapSeconds)
    pages.push({
      path,
      interactiveMs,
      ...(await watchPage(page, { seconds, warmUpSeconds, settledSeconds, heapSeconds })),
    })
    await page.close()
  }
  const ended = await readPlace(client)
  return { eventsPerSecond: Math.round((ended.seq - begun.seq) / ((ended.at - begun.at) / 1_000)), pages }
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
