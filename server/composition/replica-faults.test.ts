import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Page } from '#server/contracts/common.ts'
import type { ReplicaView } from '#server/contracts/replicas.ts'
import type { QueueStats } from '#server/contracts/stats.ts'
import type { SubmitBatchReceipt } from '#server/contracts/tasks.ts'
import type { Client } from '#server/testing/client.ts'
import { createTestDatabase, type TestDatabase } from '#server/testing/database.ts'
import { type ReplicaProcess, startReplicaProcess } from '#server/testing/replica-process.ts'
import { type ScriptedModule, startScriptedModule } from '#server/testing/scripted-module.ts'
import { startTcpProxy, type TcpProxy } from '#server/testing/tcp-proxy.ts'
import { until } from '#server/testing/until.ts'

const patienceMs = 60_000
let cleanup: AsyncDisposableStack
let database: TestDatabase
let module: ScriptedModule
let proxies: TcpProxy[]
let replicas: ReplicaProcess[]

beforeEach(async () => {
  cleanup = new AsyncDisposableStack()
  database = cleanup.use(await createTestDatabase())
  module = cleanup.use(await startScriptedModule(() => ({ status: 200, body: 'done', delayMs: 20 })))
  proxies = []
  replicas = []
  for (let n = 0; n < 2; n++) {
    const { hostname: host, port } = new URL(database.url)
    const proxy = cleanup.use(await startTcpProxy({ host, port: Number(port) }))
    const url = new URL(database.url)
    url.host = `127.0.0.1:${proxy.port}`
    proxies.push(proxy)
    replicas.push(cleanup.use(await startReplicaProcess(url.href, { QUARTERDECK_LOG_LEVEL: 'silent' })))
  }
  await replicas[0]?.client.mutate('modules.register', {
    id: 'worker',
    name: 'Worker',
    category: 'test',
    version: '1',
    capabilities: [{ type: 'work' }],
    instances: [{ endpoint: module.endpoint, capacity: 10 }],
  })
})
afterEach(() => cleanup.disposeAsync())

async function submit(client: Client, count: number): Promise<void> {
  const tasks = Array.from({ length: count }, (_, n) => ({ type: 'work', payload: n }))
  const { accepted } = await client.mutate<SubmitBatchReceipt>('tasks.submitBatch', { tasks })
  expect(accepted).toHaveLength(count)
}

async function untilAllRun(client: Client): Promise<void> {
  await until('all live', async () => {
    const { items } = await client.query<Page<ReplicaView>>('replicas.list')
    return items.filter(({ state }) => state === 'running').length === replicas.length
  })
}

/** Everything that was accepted has ended, once, as it should; nothing is left anywhere. */
async function untilEachEndedOnce(client: Client, count: number): Promise<void> {
  await until(
    'everything ends',
    async () => {
      const stats = await client.query<QueueStats>('queues.stats').catch(() => null)
      return stats !== null && stats.size + stats.running === 0 && stats.succeeded >= count
    },
    patienceMs,
  )
  const { rows } = await database.pool.query(`
    SELECT (SELECT count(*)::int FROM task) AS accepted, (SELECT count(*)::int FROM outcome) AS ended,
           (SELECT count(*)::int FROM outcome WHERE status = 'succeeded') AS succeeded,
           (SELECT count(*) FROM ready)::int + (SELECT count(*) FROM waiting)::int + (SELECT count(*) FROM lease)::int AS left`)
  expect(rows).toEqual([{ accepted: count, ended: count, succeeded: count, left: 0 }])
}

describe('nothing is lost and nothing is done twice in the books', () => {
  test('when the database goes away for all replicas and comes back: nobody is taken for dead', async () => {
    const [first] = replicas as [ReplicaProcess]
    await untilAllRun(first.client)
    await submit(first.client, 400)
    await until('some ended', async () => (await first.client.query<QueueStats>('queues.stats')).succeeded > 20)
    await Promise.all(proxies.map(proxy => proxy.cut()))
    const begunAt = Date.now()
    await until('it has been away for longer than a replica may be silent', () => Date.now() - begunAt > 7_000)
    await Promise.all(proxies.map(proxy => proxy.restore()))
    await untilEachEndedOnce(first.client, 400)
    await untilAllRun(first.client)
    const { rows } = await database.pool.query(`SELECT 1 FROM attempt WHERE outcome = 'lost'`)
    expect(rows).toEqual([])
  }, 120_000)

  test('when database sessions are ended again and again', async () => {
    const [first, second] = replicas as [ReplicaProcess, ReplicaProcess]
    await untilAllRun(first.client)
    await submit(first.client, 300)
    let ended = 0
    let acknowledged = 300
    for (let round = 0; round < 15; round++) {
      const { rows } = await database.pool.query(`
        WITH chosen AS MATERIALIZED (
          SELECT pid FROM pg_stat_activity
          WHERE datname = current_database() AND application_name LIKE 'quarterdeck%' ORDER BY random() LIMIT 3
        ) SELECT pg_terminate_backend(pid) FROM chosen`)
      ended += rows.length
      const asked = round % 2 === 0 ? first.client : second.client
      const receipt = await asked
        .mutate<SubmitBatchReceipt>('tasks.submitBatch', {
          tasks: Array.from({ length: 20 }, () => ({ type: 'work' })),
        })
        .catch(() => null)
      acknowledged += receipt?.accepted.length ?? 0
    }
    expect(ended).toBeGreaterThan(20)
    const { rows } = await database.pool.query<{ accepted: number }>('SELECT count(*)::int AS accepted FROM task')
    expect(rows[0]?.accepted).toBeGreaterThanOrEqual(acknowledged)
    await untilEachEndedOnce(second.client, rows[0]?.accepted ?? 0)
  }, 120_000)

  test('when the line of one goes dead without a word: it comes back, and hears of the others again', async () => {
    const [first, second] = replicas as [ReplicaProcess, ReplicaProcess]
    await untilAllRun(first.client)
    await submit(first.client, 300)
    await until('some ended', async () => (await first.client.query<QueueStats>('queues.stats')).succeeded > 20)
    proxies[1]?.blackHole()
    await submit(first.client, 100)
    await untilEachEndedOnce(first.client, 400)
    await until(
      'it is back',
      async () => {
        const { items } = await second.client.query<Page<ReplicaView>>('replicas.list').catch(() => ({ items: [] }))
        return items.filter(({ state }) => state === 'running').length === 2
      },
      patienceMs,
    )
    await first.client.mutate('modules.disable', { id: 'worker', reason: 'heard again' })
    await until('it hears', async () => {
      const view = await second.client.query<{ enabled: boolean }>('modules.get', { id: 'worker' })
      return !view.enabled
    })
  }, 120_000)
})
