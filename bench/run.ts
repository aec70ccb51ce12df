import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import path from 'node:path'
import { makeReachableTempDir } from '../server/persistence/embedded/reachable-temp-dir.ts'
import { measureFirstLoad } from './load/first-load.ts'
import { runOpenLoop } from './load/open-loop.ts'
import { startProcess } from './load/processes.ts'

interface Figure {
  name: string
  unit: string
  /** Median of the runs. */
  value: number
  /** Lowest and highest of the runs. */
  range: [number, number]
  goal: string
  isMet: boolean
}

const root = path.resolve(import.meta.dirname, '..')
const runs = Number(process.argv[2] ?? 5)
const loopSeconds = 20
const overheads = ['events', 'breaker', 'choice', 'health']

/** Measures everything that has a goal and writes JSON and Markdown, with the machine and the commit. */
async function main(): Promise<void> {
  const figures: Figure[] = []
  for (const name of overheads) figures.push(...measureOverheads(name))
  figures.push(...(await measureOpenLoops()))
  figures.push(...(await measurePage()))
  write(figures)
}

const overheadGoals: [RegExp, number][] = [
  [/publish/i, 50],
  [/breaker/i, 10],
  [/choice/i, 5],
  [/health|update/i, 50],
]

function measureOverheads(name: string): Figure[] {
  const byName = new Map<string, number[]>()
  for (let run = 0; run < runs; run++) {
    const { stdout, status } = spawnSync(process.execPath, [path.join(root, `bench/overheads/${name}.ts`)], {
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(`bench/overheads/${name}.ts failed`)
    for (const measured of JSON.parse(stdout) as { name: string; medianUs: number }[]) {
      byName.set(measured.name, [...(byName.get(measured.name) ?? []), measured.medianUs])
    }
  }
  return [...byName].map(([label, values]) => {
    const limit = overheadGoals.find(([pattern]) => pattern.test(label))?.[1]
    return toFigure(
      label,
      'µs',
      values,
      limit === undefined ? '' : `< ${limit}`,
      value => limit === undefined || value < limit,
    )
  })
}

async function measureOpenLoops(): Promise<Figure[]> {
  const results: Awaited<ReturnType<typeof runOpenLoop>>[] = []
  for (let run = 0; run < runs; run++) {
    const result = await runOpenLoop(1_000, loopSeconds)
    if (result.lost !== 0) throw new Error(`${result.lost} tasks were lost`)
    results.push(result)
    console.error(`open loop ${run + 1} of ${runs}: ${JSON.stringify(result)}`)
  }
  const of = (pick: (result: (typeof results)[number]) => number) => results.map(pick)
  return [
    toFigure(
      'submissions taken at 1,000/s offered',
      '/s',
      of(r => r.submittedPerSecond),
      '>= 990',
      value => value >= 990,
    ),
    toFigure(
      'submit p50',
      'ms',
      of(r => r.submitP50Ms),
      '',
      () => true,
    ),
    toFigure(
      'submit p99',
      'ms',
      of(r => r.submitP99Ms),
      '< 25',
      value => value < 25,
    ),
    toFigure(
      'accepted to started p50',
      'ms',
      of(r => r.waitP50Ms ?? 0),
      '',
      () => true,
    ),
    toFigure(
      'accepted to started p99',
      'ms',
      of(r => r.waitP99Ms ?? 0),
      '< 100',
      value => value < 100,
    ),
    toFigure(
      'CPU of the server per task, whole HTTP path',
      'µs',
      of(r => r.cpuUsPerTask),
      '',
      () => true,
    ),
    toFigure(
      'resident memory at rest, without the database',
      'MB',
      of(r => r.residentAtRestMb),
      '< 400',
      value => value < 400,
    ),
    toFigure(
      'start to ready, first start of a new database',
      'ms',
      of(r => r.readyInMs),
      '',
      () => true,
    ),
  ]
}

/** The program with its pages, initialized and built: how soon it is ready, and how heavy its first page is. */
async function measurePage(): Promise<Figure[]> {
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
    toFigure('start to ready, built and initialized', 'ms', readyMs, '< 5000', value => value < 5_000),
    toFigure('first load of the command center, gzip', 'KB', [firstLoad.gzipKb], '< 250', value => value < 250),
  ]
}

function toFigure(
  name: string,
  unit: string,
  values: number[],
  goal: string,
  isMet: (value: number) => boolean,
): Figure {
  const sorted = values.toSorted((a, b) => a - b)
  const value = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  return { name, unit, value, range: [sorted[0] ?? value, sorted.at(-1) ?? value], goal, isMet: isMet(value) }
}

function write(figures: readonly Figure[]): void {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim()
  const machine = `${cpus().length} cores (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`
  const measuredAt = new Date().toISOString()
  mkdirSync(path.join(root, 'bench/results'), { recursive: true })
  writeFileSync(
    path.join(root, 'bench/results/latest.json'),
    `${JSON.stringify({ measuredAt, commit, machine, runs, figures }, null, 2)}\n`,
  )
  const rows = figures.map(
    ({ name, unit, value, range, goal, isMet }) =>
      `| ${name} | ${value} ${unit} | ${range[0]} to ${range[1]} | ${goal} | ${goal === '' ? '' : isMet ? 'yes' : '**no**'} |`,
  )
  const text = `# Benchmarks

Written by \`npm run bench\`. Medians of ${runs} runs, with the lowest and highest; each open loop lasts ${loopSeconds} s and is timed from
the moment each submission was due. Server, database, module and load generator share the machine.

Measured ${measuredAt.slice(0, 10)} at commit ${commit} on ${machine}, with the embedded PostgreSQL, fsync and
synchronous_commit on.

| | median | range | goal | met |
|---|---|---|---|---|
${rows.join('\n')}
`
  writeFileSync(path.join(root, 'docs/benchmarks.md'), text)
  console.log(text)
}

await main()
