import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from '@playwright/test'
import type { Client } from '../../server/testing/client.ts'
import { median } from '../figure.ts'
import { openDeck } from './open-deck.ts'

/** How a page moved while it was scrolled, as the browser itself saw it. */
export interface ScrollFigures {
  frameP50Ms: number
  frameP95Ms: number
  /** What the page's own thread computes for a frame, on average: steadier than its length on a machine that others use. */
  cpuMsPerFrame: number
  /** Share of the time spent in tasks of more than 50 ms, in per cent. */
  longTaskPercent: number
}

/** A large fleet with much waiting, as an operator meets it. */
export interface BrowseResult {
  /** What the dialog for pausing everything waits for: `impact.preview`. */
  impactP50Ms: number
  impactP95Ms: number
  modules: ScrollFigures
  tasks: ScrollFigures
}

export interface BrowseOptions {
  modules: number
  waiting: number
}

const types = 500
const previews = 40
/** So far apart that none is answered by what the one before has read. */
const apartMs = 1_100
const scrollSeconds = 10
const pixelsPerFrame = 60

/** Fills a control center with so many modules and waiting tasks, previews a pause of everything, and scrolls both lists. */
export async function runBrowse({ modules, waiting }: BrowseOptions): Promise<BrowseResult> {
  await using deck = await openDeck({ QUARTERDECK_QUEUE_CAPACITY: String(waiting * 2) })
  const { client, context } = deck
  await registerAll(client, modules, deck.moduleUrl)
  await client.mutate('queues.pause', { scope: 'all', reason: 'so that all waits' })
  for (let first = 0; first < waiting; first += 1_000) {
    const tasks = Array.from({ length: Math.min(1_000, waiting - first) }, (_, n) => ({
      type: `browse.${(first + n) % types}`,
      payload: { n },
    }))
    await client.mutate('tasks.submitBatch', { tasks })
  }
  const impactMs = await timePreviews(client)
  const scrolled: ScrollFigures[] = []
  for (const path of ['/modules', '/tasks']) {
    const page = await context.newPage()
    await page.goto(path)
    await page.locator('[data-index]').first().waitFor()
    await page.waitForTimeout(3_000)
    scrolled.push(await scroll(page))
    await page.close()
  }
  const [ofModules, ofTasks] = scrolled
  if (!ofModules || !ofTasks) throw new Error('a list was not scrolled')
  return {
    impactP50Ms: Math.round(median(impactMs)),
    impactP95Ms: Math.round(impactMs.toSorted((a, b) => a - b)[Math.floor(impactMs.length * 0.95)] ?? Number.NaN),
    modules: ofModules,
    tasks: ofTasks,
  }
}

async function registerAll(client: Client, count: number, endpoint: string): Promise<void> {
  for (let first = 0; first < count; first += 10) {
    await Promise.all(
      Array.from({ length: Math.min(10, count - first) }, (_, n) =>
        client.mutate('modules.register', {
          id: `browse-${first + n}`,
          name: `Browse ${first + n}`,
          category: `category ${n % 5}`,
          version: '1',
          capabilities: [{ type: `browse.${(first + n) % types}` }],
          instances: [{ endpoint, capacity: 4 }],
        }),
      ),
    )
  }
}

async function timePreviews(client: Client): Promise<number[]> {
  const times: number[] = []
  for (let round = 0; round < previews; round++) {
    const begun = performance.now()
    await client.query('impact.preview', { act: 'pause_all' })
    times.push(performance.now() - begun)
    await sleep(apartMs)
  }
  return times
}

async function scroll(page: Page): Promise<ScrollFigures> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' })
  const readCpuMs = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics')
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1_000
  }
  const before = await readCpuMs()
  const { frames, longTasks } = await page.evaluate(scrollAndWatch, { seconds: scrollSeconds, pixelsPerFrame })
  const cpuMs = (await readCpuMs()) - before
  await devtools.detach()
  const sorted = frames.toSorted((a, b) => a - b)
  const at = (share: number) => Math.round((sorted[Math.floor(sorted.length * share)] ?? Number.NaN) * 10) / 10
  const longMs = longTasks.reduce((sum, ms) => sum + ms, 0)
  return {
    frameP50Ms: at(0.5),
    frameP95Ms: at(0.95),
    cpuMsPerFrame: Math.round((cpuMs / frames.length) * 100) / 100,
    longTaskPercent: Math.round((longMs / (scrollSeconds * 1_000)) * 10_000) / 100,
  }
}

/** Runs in the browser: down by so much in each frame, and up again from the end. */
function scrollAndWatch(options: { seconds: number; pixelsPerFrame: number }) {
  const longTasks: number[] = []
  const observer = new PerformanceObserver(list => {
    for (const entry of list.getEntries()) longTasks.push(entry.duration)
  })
  observer.observe({ type: 'longtask' })
  return new Promise<{ frames: number[]; longTasks: number[] }>(resolve => {
    const frames: number[] = []
    const begun = performance.now()
    let last = begun
    let direction = 1
    const step = (now: number) => {
      if (now > last) frames.push(now - last)
      last = now
      window.scrollBy(0, options.pixelsPerFrame * direction)
      const { scrollHeight } = document.documentElement
      if (window.scrollY + window.innerHeight > scrollHeight - 200) direction = -1
      if (window.scrollY < 200) direction = 1
      if (now - begun < options.seconds * 1_000) requestAnimationFrame(step)
      else {
        observer.disconnect()
        resolve({ frames, longTasks })
      }
    }
    requestAnimationFrame(step)
  })
}

if (import.meta.main) console.log(JSON.stringify(await runBrowse({ modules: 1_000, waiting: 100_000 }), null, 2))
