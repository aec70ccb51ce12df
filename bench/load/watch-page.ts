import type { CDPSession, Page } from '@playwright/test'

/** What the browser itself says of a page over a while. */
export interface PageFigures {
  seconds: number
  /** Share of the time spent in tasks of more than 50 ms, in per cent. */
  longTaskPercent: number
  longestTaskMs: number
  /** Sum of all layout shifts. */
  layoutShift: number
  /** From when an event was written until its row was in the document; null when the page shows no events. */
  eventToScreenP50Ms: number | null
  eventToScreenP95Ms: number | null
  eventsSeen: number
  /** What the heap grows by in a minute, garbage collected, over `heapSeconds` after that: the slope of a line through many readings. */
  heapGrowthMbPerMinute: number
  heapSeconds: number
  heapMb: number
}

export interface WatchOptions {
  seconds: number
  /** In which lists fill up; not counted. */
  warmUpSeconds: number
  /** Age of the page from which its heap is read: code that runs often is compiled until then, 2 MB that come once. */
  settledSeconds: number
  /** How long the heap is read; a reading moves by some 0.3 MB, so that less than two minutes say little. */
  heapSeconds: number
}

const heapReadingMs = 10_000

interface Observed {
  longTasks: number[]
  shifts: number
  delays: number[]
}

/** Watches an open page with the browser's own instruments, and then its heap: to collect garbage stops the page for a moment. */
export async function watchPage(
  page: Page,
  { seconds, warmUpSeconds, settledSeconds, heapSeconds }: WatchOptions,
): Promise<PageFigures> {
  await page.waitForTimeout(warmUpSeconds * 1_000)
  const observing = await page.evaluateHandle(observe)
  await page.waitForTimeout(seconds * 1_000)
  const { longTasks, shifts, delays } = await observing.evaluate(({ end }) => end())
  await page.waitForTimeout(Math.max(0, settledSeconds - warmUpSeconds - seconds) * 1_000)
  const heap = await readHeap(page, heapSeconds)
  const sorted = delays.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null
  return {
    seconds,
    longTaskPercent: Math.round((longTasks.reduce((sum, ms) => sum + ms, 0) / (seconds * 1_000)) * 100_000) / 1_000,
    longestTaskMs: Math.round(Math.max(0, ...longTasks)),
    layoutShift: Math.round(shifts * 10_000) / 10_000,
    eventToScreenP50Ms: at(0.5),
    eventToScreenP95Ms: at(0.95),
    eventsSeen: delays.length,
    heapSeconds,
    ...heap,
  }
}

async function readHeap(page: Page, seconds: number): Promise<Pick<PageFigures, 'heapGrowthMbPerMinute' | 'heapMb'>> {
  const devtools = await page.context().newCDPSession(page)
  const begun = performance.now()
  const readings: Reading[] = []
  while (performance.now() - begun < seconds * 1_000) {
    readings.push({ minute: (performance.now() - begun) / 60_000, mb: await readHeapMb(devtools) })
    await page.waitForTimeout(heapReadingMs)
  }
  await devtools.detach()
  const rounded = (value: number) => Math.round(value * 100) / 100
  return { heapGrowthMbPerMinute: rounded(slopeOf(readings)), heapMb: rounded(readings.at(-1)?.mb ?? Number.NaN) }
}

async function readHeapMb(devtools: CDPSession): Promise<number> {
  await devtools.send('HeapProfiler.collectGarbage')
  const { usedSize } = await devtools.send('Runtime.getHeapUsage')
  return usedSize / 2 ** 20
}

interface Reading {
  minute: number
  mb: number
}

/** By least squares. */
function slopeOf(readings: readonly Reading[]): number {
  const mean = (pick: (reading: Reading) => number) =>
    readings.reduce((sum, reading) => sum + pick(reading), 0) / readings.length
  const [minute, mb] = [mean(each => each.minute), mean(each => each.mb)]
  const together = mean(each => (each.minute - minute) * (each.mb - mb))
  return together / mean(each => (each.minute - minute) ** 2)
}

/** Runs in the browser. Rows of events carry the moment they were written in the `datetime` of a `time`. */
function observe(): { end: () => Observed } {
  const seen: Observed = { longTasks: [], shifts: 0, delays: [] }
  const tasks = new PerformanceObserver(list => {
    for (const entry of list.getEntries()) seen.longTasks.push(entry.duration)
  })
  tasks.observe({ type: 'longtask' })
  const layout = new PerformanceObserver(list => {
    for (const entry of list.getEntries()) seen.shifts += (entry as PerformanceEntry & { value: number }).value
  })
  layout.observe({ type: 'layout-shift' })
  let newest = Date.now()
  const rows = new MutationObserver(() => {
    const now = Date.now()
    let last = newest
    for (const time of document.querySelectorAll<HTMLTimeElement>('[data-index] time')) {
      const at = Date.parse(time.dateTime)
      if (at <= newest) continue
      seen.delays.push(now - at)
      last = Math.max(last, at)
    }
    newest = last
  })
  rows.observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ['datetime'] })
  return {
    end: () => {
      for (const observer of [tasks, layout, rows]) observer.disconnect()
      return seen
    },
  }
}
