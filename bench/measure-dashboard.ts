import { below, type Figure, type Goal, toFigure } from './figure.ts'
import { type DashboardResult, runDashboard } from './load/dashboard.ts'

const eventsPerSecond = 1_000

const names = { '/': 'command center', '/events': 'list of events' }
type Path = keyof typeof names

/** The pages at 1,000 events a second, as the browser's own instruments see them; each is watched for `seconds`. */
export async function measureDashboard(runs: number, seconds: number): Promise<Figure[]> {
  const results: DashboardResult[] = []
  for (let run = 0; run < runs; run++) {
    const result = await runDashboard(eventsPerSecond, seconds)
    results.push(result)
    console.error(`dashboard ${run + 1} of ${runs}: ${JSON.stringify(result)}`)
  }
  const figure = (
    path: Path,
    what: string,
    unit: string,
    pick: (page: DashboardResult['pages'][number]) => number | null,
    goal?: Goal,
  ) => {
    const values = results.map(({ pages }) => {
      const page = pages.find(each => each.path === path)
      return (page && pick(page)) ?? Number.NaN
    })
    return toFigure(`${names[path]}, ${what}`, unit, values, goal)
  }
  const ofEach = (path: Path) => [
    figure(path, 'opened and filled', 'ms', page => page.interactiveMs),
    figure(path, 'time in tasks over 50 ms', '%', page => page.longTaskPercent, below(0.1)),
    figure(path, 'longest task', 'ms', page => page.longestTaskMs),
    figure(path, 'growth of the heap', 'MB/min', page => page.heapGrowthMbPerMinute, below(1)),
    figure(path, 'layout shift', '', page => page.layoutShift, below(0.1)),
  ]
  return [
    toFigure(
      'events written while the pages are watched',
      '/s',
      results.map(result => result.eventsPerSecond),
    ),
    ...ofEach('/'),
    ...ofEach('/events'),
    figure('/events', 'event to screen p50', 'ms', page => page.eventToScreenP50Ms),
    figure('/events', 'event to screen p95', 'ms', page => page.eventToScreenP95Ms, below(250)),
  ]
}
