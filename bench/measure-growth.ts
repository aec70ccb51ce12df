import pg from 'pg'
import { silentLogger } from '../server/core/shared/logger.ts'
import { queueSettings } from '../server/persistence/embedded/settings.ts'
import { startThrowawayPostgres } from '../server/persistence/embedded/throwaway-postgres.ts'
import { applyMigrations } from '../server/persistence/migrate/apply-migrations.ts'
import { databaseUrl, runAsAdmin } from '../server/testing/template-database.ts'
import { atMost, below, type Figure, toFigure } from './figure.ts'
import { compareClaims, openSteadyQueue } from './growth/claims.ts'
import { measureInFlight } from './growth/in-flight.ts'
import { type PageTimes, timePages } from './growth/lists.ts'
import { storeEnded } from './growth/stock.ts'

export interface GrowthOptions {
  runs: number
  /** Tasks that wait, and ended tasks that are stored. */
  waiting: number
  stored: number
}

/** What a shorter bench takes, and what the goals are set for. */
export const growthScales = {
  usual: { waiting: 1_000_000, stored: 1_000_000 },
  full: { waiting: 1_000_000, stored: 10_000_000 },
} as const

const fewWaiting = 1_000
const claimRounds = 200
const callsInFlight = 10_000
const pageGoalMs = 50

/** What must not grow with what waits, what is stored and what runs. */
export async function measureGrowth({
  runs,
  waiting,
  stored,
}: GrowthOptions): Promise<{ figures: Figure[]; pages: PageTimes[] }> {
  await using server = await startThrowawayPostgres(queueSettings)
  const claims = await measureClaims(server.url, waiting, runs)
  const pages = await measurePages(server.url, stored)
  return { figures: [...claims, ...toPageFigures(pages, stored), ...(await measureMemory())], pages }
}

async function measureClaims(serverUrl: string, waiting: number, runs: number): Promise<Figure[]> {
  await using short = await openSteadyQueue(await makeDatabase(serverUrl, 'short'), fewWaiting)
  await using long = await openSteadyQueue(await makeDatabase(serverUrl, 'long'), waiting)
  const results: { shortMs: number; longMs: number }[] = []
  for (let run = 0; run < runs; run++) {
    results.push(await compareClaims(short, long, claimRounds))
    console.error(`claims ${run + 1} of ${runs}: ${JSON.stringify(results.at(-1))}`)
  }
  const round = (value: number) => Math.round(value * 1_000) / 1_000
  const count = waiting.toLocaleString('en')
  return [
    toFigure(
      `claim of 64 with ${fewWaiting.toLocaleString('en')} waiting`,
      'ms',
      results.map(r => round(r.shortMs)),
    ),
    toFigure(
      `claim of 64 with ${count} waiting`,
      'ms',
      results.map(r => round(r.longMs)),
    ),
    toFigure(
      'the second of the first',
      '',
      results.map(r => round(r.longMs / r.shortMs)),
      atMost(1.2),
    ),
  ]
}

async function measurePages(serverUrl: string, stored: number): Promise<PageTimes[]> {
  const pool = new pg.Pool({ connectionString: await makeDatabase(serverUrl, 'stored'), max: 1 })
  try {
    await storeEnded(pool, stored, done => console.error(`stored ${done.toLocaleString('en')} ended tasks`))
    const pages = await timePages(pool)
    for (const page of pages) console.error(`list ${JSON.stringify(page)}`)
    return pages
  } finally {
    await pool.end()
  }
}

function toPageFigures(pages: readonly PageTimes[], stored: number): Figure[] {
  const count = stored.toLocaleString('en')
  return [
    toFigure(
      `list pages of ${count} stored tasks, the slowest first page`,
      'ms',
      [Math.max(...pages.map(page => page.firstMs))],
      below(pageGoalMs),
    ),
    toFigure(
      `list pages of ${count} stored tasks, the slowest deep page`,
      'ms',
      [Math.max(...pages.map(page => page.deepMs))],
      below(pageGoalMs),
    ),
  ]
}

async function measureMemory(): Promise<Figure[]> {
  const { atRestMb, inFlightMb } = await measureInFlight(callsInFlight)
  console.error(`in flight: ${JSON.stringify({ atRestMb, inFlightMb })}`)
  return [
    toFigure(
      `resident memory with ${callsInFlight.toLocaleString('en')} calls in flight`,
      'MB',
      [inFlightMb],
      below(600),
    ),
    toFigure('the same server before', 'MB', [atRestMb]),
  ]
}

async function makeDatabase(serverUrl: string, name: string): Promise<string> {
  await runAsAdmin(serverUrl, `CREATE DATABASE ${name}`)
  const url = databaseUrl(serverUrl, name)
  await applyMigrations({ url, logger: silentLogger })
  return url
}

if (import.meta.main) {
  const scale = growthScales[process.argv.includes('--full') ? 'full' : 'usual']
  const { figures, pages } = await measureGrowth({ runs: 3, ...scale })
  console.log(JSON.stringify({ figures, pages }, null, 2))
  process.exit(0)
}
