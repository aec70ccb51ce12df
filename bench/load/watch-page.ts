import type { Page } from '@playwright/test'

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
  /** After a collection of garbage, before and after. */
  heapStartMb: number
  heapEndMb: number
}

interface Observed {
  longTasks: number[]
  shifts: number
  delays: number[]
}

/** Watches an open page for `seconds`, after `warmUpSeconds` in which lists fill up and code is compiled. */
export async function watchPage(page: Page, seconds: number, warmUpSeconds: number): Promise<PageFigures> {
  await page.waitForTimeout(warmUpSeconds * 1_000)
  const devtools = await page.context().newCDPSession(page)
  const readHeapMb = async () => {
    await devtools.send('HeapProfiler.collectGarbage')
    const { usedSize } = await devtools.send('Runtime.getHeapUsage')
    return Math.round((usedSize / 2 ** 20) * 10) / 10
  }
  const heapStartMb = await readHeapMb()
  const observing = await page.evaluateHandle(observe)
  await page.waitForTimeout(seconds * 1_000)
  const { longTasks, shifts, delays } = await observing.evaluate(({ end }) => end())
  const heapEndMb = await readHeapMb()
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
    heapStartMb,
    heapEndMb,
  }
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
