import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { makeReachableTempDir } from '../server/persistence/embedded/reachable-temp-dir.ts'
import { atLeast, below, type Figure, toFigure } from './figure.ts'
import { measureFirstLoad } from './load/first-load.ts'
import type { OpenLoopResult } from './load/open-loop.ts'
import { startProcess } from './load/processes.ts'

const perSecond = 1_000
export const loopSeconds = 30

/** Single submissions over HTTP at a fixed rate, each run by a module in another process. */
export function measureOpenLoops(runs: number): Figure[] {
  const results: OpenLoopResult[] = []
  for (let run = 0; run < runs; run++) {
    const result = runInItsOwnProcess()
    if (result.lost !== 0) throw new Error(`${result.lost} tasks were lost`)
    results.push(result)
    console.error(`open loop ${run + 1} of ${runs}: ${JSON.stringify(result)}`)
  }
  const of = (pick: (result: OpenLoopResult) => number) => results.map(pick)
  return [
    toFigure(
      'submissions taken at 1,000/s offered',
      '/s',
      of(r => r.submittedPerSecond),
      atLeast(990),
    ),
    toFigure(
      'submit p50',
      'ms',
      of(r => r.submitP50Ms),
    ),
    toFigure(
      'submit p99',
      'ms',
      of(r => r.submitP99Ms),
      below(25),
    ),
    toFigure(
      'submit p99, first twenty seconds of a process',
      'ms',
      of(r => r.coldSubmitP99Ms),
    ),
    toFigure(
      'accepted to started p50',
      'ms',
      of(r => r.waitP50Ms),
    ),
    toFigure(
      'accepted to started p99',
      'ms',
      of(r => r.waitP99Ms),
      below(100),
    ),
    toFigure(
      'CPU of the server per task, whole HTTP path',
      'µs',
      of(r => r.cpuUsPerTask),
    ),
    toFigure(
      'resident memory at rest, without the database',
      'MB',
      of(r => r.residentAtRestMb),
      below(400),
    ),
    toFigure(
      'start to ready, first start of a new database',
      'ms',
      of(r => r.readyInMs),
    ),
  ]
}

/** What has run in this process before would make the generator slow, and what is slow to ask looks slow to answer. */
function runInItsOwnProcess(): OpenLoopResult {
  const program = path.join(import.meta.dirname, 'load/open-loop.ts')
  const output = execFileSync(process.execPath, [program, String(perSecond), String(loopSeconds)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return JSON.parse(output) as OpenLoopResult
}

/** The program with its pages, initialized and built: how soon it is ready, and how heavy its first page is. */
export async function measurePage(runs: number): Promise<Figure[]> {
  await using folder = await makeReachableTempDir('quarterdeck-bench')
  const person = { email: 'bench@example.org', password: 'a password for the bench' }
  const environment = {
    QUARTERDECK_DATA_DIR: folder.path,
    QUARTERDECK_PORT: '3999',
    QUARTERDECK_PRESET: 'testing',
    QUARTERDECK_ADMIN_EMAIL: person.email,
    QUARTERDECK_ADMIN_PASSWORD: person.password,
    NODE_ENV: 'production',
  }
  const readyMs: number[] = []
  let firstLoad = { files: 0, gzipKb: 0 }
  for (let run = 0; run <= runs; run++) {
    const begun = performance.now()
    const server = await startProcess('bench/load/with-pages.ts', environment)
    // The first start initializes the database and is not counted.
    if (run > 0) readyMs.push(Math.round(performance.now() - begun))
    if (run === runs) firstLoad = await measureFirstLoad(server.url, person)
    await server.stop()
  }
  return [
    toFigure('start to ready, built and initialized', 'ms', readyMs, below(5_000)),
    toFigure('first load of the command center, gzip', 'KB', [firstLoad.gzipKb], below(250)),
  ]
}
