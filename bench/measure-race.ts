import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { makeReachableTempDir } from '../server/persistence/embedded/reachable-temp-dir.ts'
import { queueSettings } from '../server/persistence/embedded/settings.ts'
import { startThrowawayPostgres } from '../server/persistence/embedded/throwaway-postgres.ts'
import { atLeast, type Figure, median, toFigure } from './figure.ts'
import { measureHttpCeiling } from './load/http-ceiling.ts'
import { startRedis } from './load/redis.ts'
import type { RaceResult } from './peers/race.mjs'

export interface RaceRow {
  name: string
  runs: RaceResult[]
}

const jobs = 20_000
const peersFolder = path.join(import.meta.dirname, 'peers')

const peers = ['pg-boss', 'graphile-worker', 'bullmq', 'naive-sql']
const ours = { 'quarterdeck, in process': 'local', 'quarterdeck, over HTTP': 'http' } as const

/**
 * The same 20,000 jobs without work through every contestant, each run in a process and a database of its own on one server with
 * one set of settings, in alternating order.
 */
export async function measureRace(runs: number): Promise<{ rows: RaceRow[]; figures: Figure[] }> {
  installPeers()
  await using folder = await makeReachableTempDir('quarterdeck-race')
  await using server = await startThrowawayPostgres(queueSettings)
  const redis = await startRedis(folder.path)
  try {
    const names = [...peers.filter(name => name !== 'bullmq' || redis), ...Object.keys(ours)]
    const rows = new Map(names.map(name => [name, { name, runs: [] as RaceResult[] }]))
    const ceilings: number[] = []
    for (let run = 0; run < runs; run++) {
      for (const name of run % 2 === 0 ? names : names.toReversed()) {
        const result = await runIn(server.url, redis?.port ?? 0, name)
        rows.get(name)?.runs.push(result)
        console.error(`race ${run + 1} of ${runs}, ${name}: ${JSON.stringify(result)}`)
      }
      ceilings.push(await measureHttpCeiling(jobs))
    }
    return { rows: [...rows.values()], figures: compare(rows, ceilings) }
  } finally {
    await redis?.stop()
  }
}

function compare(rows: ReadonlyMap<string, RaceRow>, httpPerSecond: readonly number[]): Figure[] {
  const endToEnd = (name: string) => rows.get(name)?.runs.map(run => run.endToEndPerSecond) ?? []
  const best = Math.max(...peers.filter(name => name !== 'naive-sql').map(name => median(endToEnd(name)) || 0))
  const http = median(httpPerSecond)
  const ceiling = 1 / (1 / http + 1 / median(endToEnd('naive-sql')))
  const ratio = (values: readonly number[], to: number) => values.map(value => Math.round((value / to) * 1_000) / 1_000)
  return [
    toFigure('in process, of the best peer', '', ratio(endToEnd('quarterdeck, in process'), best), atLeast(0.6)),
    toFigure('requests to a module without work, undici alone', '/s', httpPerSecond),
    toFigure(
      'over HTTP, of the ceiling of HTTP and SQL',
      '',
      ratio(endToEnd('quarterdeck, over HTTP'), ceiling),
      atLeast(0.6),
    ),
  ]
}

async function runIn(serverUrl: string, redisPort: number, name: string): Promise<RaceResult> {
  const database = `race_${Date.now().toString(36)}`
  await administer(serverUrl, `CREATE DATABASE ${database}`)
  try {
    const url = new URL(serverUrl)
    url.pathname = `/${database}`
    const how = (ours as Record<string, string>)[name]
    const program = how ? path.join(import.meta.dirname, 'load/run-ours.ts') : path.join(peersFolder, 'run-peer.mjs')
    return await runProgram([program, how ?? name, String(jobs)], {
      DATABASE_URL: url.href,
      REDIS_PORT: String(redisPort),
    })
  } finally {
    await administer(serverUrl, `DROP DATABASE ${database} WITH (FORCE)`)
    await administer(serverUrl, 'CHECKPOINT')
  }
}

async function runProgram(args: string[], environment: Record<string, string>): Promise<RaceResult> {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...environment, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', chunk => (output += String(chunk)))
  const code = await new Promise(resolve => child.on('exit', resolve))
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${String(code)}`)
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as RaceResult
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  await client.query(statement)
  await client.end()
}

function installPeers(): void {
  if (existsSync(path.join(peersFolder, 'node_modules'))) return
  console.error('installing the peers, once')
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock'], {
    cwd: peersFolder,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0) throw new Error('the peers could not be installed')
}
