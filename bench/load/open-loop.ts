import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import { makeReachableTempDir } from '../../server/persistence/embedded/reachable-temp-dir.ts'
import { lightRequest } from './light-request.ts'
import { startProcess } from './processes.ts'

/** What an open loop of single submissions came to. Latencies in ms, from the moment each one was due. */
export interface OpenLoopResult {
  asked: number
  seconds: number
  submittedPerSecond: number
  refused: number
  submitP50Ms: number
  submitP99Ms: number
  /** The same of the warm-up: a process that has just started compiles its code and has no connections yet. */
  coldSubmitP99Ms: number
  /** From acceptance to the start of the first attempt, as the server saw it, of 1,000 of the tasks. */
  waitP50Ms: number
  waitP99Ms: number
  succeeded: number
  /** Tasks neither ended nor alive at the end: must be 0. */
  lost: number
  /** CPU of the server's process per task, all of its life. */
  cpuUsPerTask: number
  residentAtRestMb: number
  residentAfterMb: number
  readyInMs: number
}

const key = 'qd_key_for_bench_0123456789abcdefghijklmnop'
const connections = 128
const warmUpSeconds = 20
const sampledWaits = 1_000

/**
 * Submits `perSecond` single tasks a second for `seconds` to a server of its own, over HTTP, each run by a module in another
 * process over HTTP, after a warm-up of twenty seconds at that rate. The schedule does not wait for answers, so a slow server shows as latency and not as a lower rate.
 */
export async function runOpenLoop(perSecond: number, seconds: number): Promise<OpenLoopResult> {
  await using folder = await makeReachableTempDir('quarterdeck-bench')
  const module = await startProcess('bench/load/echo-module.ts')
  const begun = performance.now()
  const server = await startProcess('server/testing/headless-server.ts', {
    QUARTERDECK_DATA_DIR: folder.path,
    QUARTERDECK_PORT: '0',
    QUARTERDECK_PRESET: 'testing',
    QUARTERDECK_API_KEY: key,
    QUARTERDECK_ADMIN_PASSWORD: 'a password for the bench',
    NODE_ENV: 'production',
  })
  const readyInMs = performance.now() - begun
  const pool = new Pool(server.url, { connections, pipelining: 1 })
  try {
    await call(pool, 'modules.register', {
      id: 'echo',
      name: 'Echo',
      category: 'bench',
      version: '1',
      capabilities: [{ type: 'bench.echo' }],
      instances: [{ endpoint: module.url, capacity: 200 }],
    })
    await submitAtRate(pool, 200, 3)
    await sleep(2_000)
    const residentAtRestMb = server.residentMb()
    const cold = await submitAtRate(pool, perSecond, warmUpSeconds)
    await whenIdle(pool)
    const before = await readStats(pool)
    const cpuBefore = server.cpuMs()
    const { latencies, ids, refused, tookMs } = await submitAtRate(pool, perSecond, seconds)
    const after = await whenIdle(pool)
    const cpuMs = server.cpuMs() - cpuBefore
    const waits = await readWaits(pool, ids)
    return {
      asked: perSecond * seconds,
      seconds,
      submittedPerSecond: Math.round((latencies.length / tookMs) * 1_000),
      refused,
      submitP50Ms: quantile(latencies, 0.5),
      submitP99Ms: quantile(latencies, 0.99),
      coldSubmitP99Ms: quantile(cold.latencies, 0.99),
      waitP50Ms: quantile(waits, 0.5),
      waitP99Ms: quantile(waits, 0.99),
      succeeded: after.succeeded - before.succeeded,
      lost:
        latencies.length -
        (after.succeeded - before.succeeded) -
        (after.failed - before.failed) -
        after.size -
        after.running,
      cpuUsPerTask: Math.round((cpuMs * 1_000) / latencies.length),
      residentAtRestMb,
      residentAfterMb: server.residentMb(),
      readyInMs: Math.round(readyInMs),
    }
  } finally {
    await pool.close()
    await server.stop()
    await module.stop()
  }
}

async function submitAtRate(pool: Pool, perSecond: number, seconds: number) {
  const latencies: number[] = []
  const ids: string[] = []
  let refused = 0
  const total = perSecond * seconds
  const pending: Promise<void>[] = []
  const begun = performance.now()
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - begun) / 1_000) * perSecond) + 1)
    for (; sent < due; sent++) {
      const dueAt = begun + (sent / perSecond) * 1_000
      pending.push(
        call<{ id: string }>(pool, 'tasks.submit', {
          type: 'bench.echo',
          payload: { n: sent },
          priority: (sent % 10) + 1,
        }).then(
          ({ id }) => {
            latencies.push(performance.now() - dueAt)
            ids.push(id)
          },
          () => void refused++,
        ),
      )
    }
    await sleep(1)
  }
  await Promise.all(pending)
  return { latencies, ids, refused, tookMs: performance.now() - begun }
}

/** How long tasks waited, of a sample that is spread evenly over all. */
async function readWaits(pool: Pool, ids: readonly string[]): Promise<number[]> {
  const waits: number[] = []
  const step = Math.max(1, Math.floor(ids.length / sampledWaits))
  for (let index = 0; index < ids.length; index += step) {
    const input = encodeURIComponent(JSON.stringify({ id: ids[index] }))
    const { createdAt, startedAt } = await call<{ createdAt: string; startedAt: string }>(
      pool,
      `tasks.get?input=${input}`,
    )
    waits.push(Date.parse(startedAt) - Date.parse(createdAt))
  }
  return waits
}

async function call<Output>(pool: Pool, path: string, input?: unknown): Promise<Output> {
  const { status, body } = await lightRequest(pool, {
    path: `/api/trpc/${path}`,
    method: input === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: input === undefined ? null : JSON.stringify(input),
  })
  const answer = JSON.parse(body) as { result?: { data: Output } }
  if (status !== 200 || !answer.result) throw new Error(`${path} answered ${status}: ${body}`)
  return answer.result.data
}

interface Stats {
  succeeded: number
  failed: number
  size: number
  running: number
}

function readStats(pool: Pool): Promise<Stats> {
  return call<Stats>(pool, 'queues.stats')
}

async function whenIdle(pool: Pool): Promise<Stats> {
  const giveUpAt = Date.now() + 60_000
  for (;;) {
    await sleep(1_200)
    const stats = await readStats(pool)
    if (stats.size + stats.running === 0 || Date.now() > giveUpAt) return stats
  }
}

function quantile(values: readonly number[], fraction: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? Number.NaN
  return Math.round(value * 100) / 100
}

if (import.meta.main)
  console.log(
    JSON.stringify(await runOpenLoop(Number(process.argv[2] ?? 1_000), Number(process.argv[3] ?? 20)), null, 2),
  )
