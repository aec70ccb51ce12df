import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import path from 'node:path'
import { type Figure, median } from './figure.ts'
import type { PageTimes } from './growth/lists.ts'
import type { RaceRow } from './measure-race.ts'
import { loopSeconds } from './measure-service.ts'

const root = path.resolve(import.meta.dirname, '..')

interface Report {
  runs: number
  figures: Figure[]
  race: RaceRow[]
  pages: PageTimes[]
  /** Tasks over which the pages were listed. */
  stored: number
}

/** Writes what was measured as JSON and as a page of the documentation, with the machine and the commit. */
export function writeReport({ runs, figures, race, pages, stored }: Report): void {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim()
  const machine = `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`
  const measuredAt = new Date().toISOString()
  mkdirSync(path.join(root, 'bench/results'), { recursive: true })
  writeFileSync(
    path.join(root, 'bench/results/latest.json'),
    `${JSON.stringify({ measuredAt, commit, machine, runs, figures, race, stored, pages }, null, 2)}\n`,
  )
  const text = `# Benchmarks

Written by \`npm run bench\`. Medians of ${runs} runs, with the lowest and highest. Server, database, module and load generator share
the machine. Measured ${measuredAt.slice(0, 10)} at commit ${commit} on ${machine}, with the embedded PostgreSQL 18, fsync and
synchronous_commit on.

## Beside other queues

The same 20,000 jobs without work: submitted 1,000 at a time, then run. Each contestant at its fastest documented settings, each run
in a process and a database of its own on one server, in alternating order; every run checks that each job ended once. The others
queue and run jobs. Ours also validates, routes, balances, guards with a breaker, records the decision, writes the events of each
task and learns from it. BullMQ keeps its jobs in Redis, flushed every second, so that a crash may lose the last second.

| | submit/s | run/s | both/s | range of both | single submit p50 / p99 |
|---|---|---|---|---|---|
${race.map(toRaceRow).join('\n')}

What each job takes, which varies less than the rates: CPU of the program that submits and runs (not of Redis, nor of the module over
HTTP), CPU of the whole PostgreSQL server, write-ahead log, commits, and versions of rows left behind for the vacuum.

| | CPU of the program | CPU of PostgreSQL | WAL | commits | dead rows |
|---|---|---|---|---|---|
${race.map(toCostRow).join('\n')}

## Goals

An open loop lasts ${loopSeconds} s after twenty seconds of warm-up at the same rate; its latencies count from the moment each submission was due.

| | median | range | goal | met |
|---|---|---|---|---|
${figures.map(toFigureRow).join('\n')}

## Lists

Pages of 50 from ${stored.toLocaleString('en')} ended tasks of ten days, with each filter of \`tasks.list\`: the first page, and one two thirds of
the way down. Medians of seven.

| filter | first | deep |
|---|---|---|
${pages.map(page => `| ${page.filter} | ${page.firstMs} ms | ${page.deepMs} ms |`).join('\n')}
`
  writeFileSync(path.join(root, 'docs/benchmarks.md'), text)
  console.log(text)
}

function toRaceRow({ name, runs }: RaceRow): string {
  const of = (pick: (run: RaceRow['runs'][number]) => number) => runs.map(pick)
  const count = (values: number[]) => median(values).toLocaleString('en')
  const both = of(run => run.endToEndPerSecond)
  const singles = `${median(of(run => run.submitP50Ms))} / ${median(of(run => run.submitP99Ms))} ms`
  const range = `${Math.min(...both).toLocaleString('en')} to ${Math.max(...both).toLocaleString('en')}`
  return `| ${name} | ${count(of(run => run.submitPerSecond))} | ${count(of(run => run.drainPerSecond))} | ${count(both)} | ${range} | ${singles} |`
}

function toCostRow({ name, runs }: RaceRow): string {
  const of = (pick: (costs: RaceRow['runs'][number]['perJob']) => number) =>
    median(runs.map(run => pick(run.perJob))).toLocaleString('en')
  const cpu = `${of(costs => costs.clientCpuUs)} µs | ${of(costs => costs.databaseCpuUs)} µs`
  return `| ${name} | ${cpu} | ${of(costs => costs.walBytes)} B | ${of(costs => costs.commits)} | ${of(costs => costs.deadRows)} |`
}

function toFigureRow({ name, unit, value, range, goal, isMet }: Figure): string {
  return `| ${name} | ${value} ${unit} | ${range[0]} to ${range[1]} | ${goal} | ${goal === '' ? '' : isMet ? 'yes' : '**no**'} |`
}
