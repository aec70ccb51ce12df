import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { QueueStats } from '#server/contracts/stats.ts'
import type { SubmitBatchReceipt } from '#server/contracts/tasks.ts'
import { makeReachableTempDir } from '#server/persistence/embedded/reachable-temp-dir.ts'
import { createClient } from '#server/testing/client.ts'
import { createTestDatabase, type TestDatabase } from '#server/testing/database.ts'
import { testKey } from '#server/testing/running-quarterdeck.ts'
import { type ScriptedModule, startScriptedModule } from '#server/testing/scripted-module.ts'
import { until } from '#server/testing/until.ts'

const cleanup = new AsyncDisposableStack()
let database: TestDatabase
let module: ScriptedModule
let environment: NodeJS.ProcessEnv

beforeAll(async () => {
  database = cleanup.use(await createTestDatabase())
  const folder = cleanup.use(await makeReachableTempDir())
  module = cleanup.use(await startScriptedModule())
  environment = {
    ...process.env,
    DATABASE_URL: database.url,
    QUARTERDECK_DATA_DIR: folder.path,
    QUARTERDECK_PORT: '0',
    QUARTERDECK_PRESET: 'testing',
    QUARTERDECK_API_KEY: testKey,
    QUARTERDECK_ADMIN_PASSWORD: 'a password for tests',
  }
})
afterAll(() => cleanup.disposeAsync())

/** A server in a process of its own. */
async function startServer(): Promise<{ child: ChildProcess; client: ReturnType<typeof createClient> }> {
  const program = path.resolve(import.meta.dirname, '../testing/headless-server.ts')
  const child = spawn(process.execPath, [program], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] })
  cleanup.defer(() => void child.kill('SIGKILL'))
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return { child, client: createClient((JSON.parse(line) as { url: string }).url, testKey) }
}

test('after kill -9 with tasks in flight every accepted task ends exactly once', { timeout: 60_000 }, async () => {
  const taskCount = 300
  module.answer = call => ({ status: 200, body: { of: call.payload }, delayMs: 30 })
  const first = await startServer()
  await first.client.mutate('modules.register', {
    id: 'worker',
    name: 'Worker',
    category: 'test',
    version: '1',
    capabilities: [{ type: 'work' }],
    instances: [{ endpoint: module.endpoint, capacity: 20 }],
  })
  const submissions = Array.from({ length: taskCount }, (_, n) => ({ type: 'work', payload: n }))
  const { accepted } = await first.client.mutate<SubmitBatchReceipt>('tasks.submitBatch', { tasks: submissions })
  expect(accepted).toHaveLength(taskCount)
  await until('some ended and others run', async () => {
    const stats = await first.client.query<QueueStats>('queues.stats')
    return stats.succeeded > 20 && stats.running > 5
  })
  first.child.kill('SIGKILL')
  await once(first.child, 'exit')

  const second = await startServer()
  await until(
    'everything ends',
    async () => {
      const stats = await second.client.query<QueueStats>('queues.stats')
      return stats.size + stats.running === 0 && stats.succeeded + stats.failed >= taskCount
    },
    30_000,
  )
  const { rows } = await database.pool.query<{ status: string; ended: number; distinct_tasks: number }>(
    'SELECT status, count(*)::int AS ended, count(DISTINCT id)::int AS distinct_tasks FROM outcome GROUP BY status',
  )
  expect(rows).toEqual([{ status: 'succeeded', ended: taskCount, distinct_tasks: taskCount }])
  const left = await database.pool.query(
    'SELECT (SELECT count(*) FROM ready) + (SELECT count(*) FROM waiting) + (SELECT count(*) FROM lease) AS left',
  )
  expect(left.rows).toEqual([{ left: '0' }])
  const keysPerTask = new Map<string, Set<string | undefined>>()
  for (const call of module.calls)
    keysPerTask.set(call.taskId, (keysPerTask.get(call.taskId) ?? new Set()).add(call.idempotencyKey))
  expect([...keysPerTask].every(([taskId, keys]) => keys.size === 1 && keys.has(taskId))).toBe(true)
  const stopped = once(second.child, 'exit')
  second.child.kill('SIGTERM')
  expect(await stopped).toEqual([0, null])
})

test('after kill -9 in the middle of a graph every task of it runs after its parents and ends once', {
  timeout: 60_000,
}, async () => {
  module.calls.length = 0
  module.answer = call => ({ status: 200, body: null, delayMs: call.type === 'work' ? 15 : 0 })
  const first = await startServer()
  const layers = Array.from({ length: 12 }, (_, layer) =>
    Array.from({ length: 20 }, (_, n) => ({
      type: 'work',
      payload: [layer, n],
      ref: `${layer}.${n}`,
      dependsOn: layer === 0 ? [] : [n, (n + 7) % 20, (n + 13) % 20].map(parent => `${layer - 1}.${parent}`),
    })),
  ).flat()
  const { accepted } = await first.client.mutate<SubmitBatchReceipt>('tasks.submitBatch', { tasks: layers })
  expect(accepted).toHaveLength(layers.length)
  await until('some ended and others wait for them', async () => {
    const stats = await first.client.query<QueueStats>('queues.stats')
    return module.calls.length > 60 && stats.running > 0
  })
  first.child.kill('SIGKILL')
  await once(first.child, 'exit')
  const { rows: blocked } = await database.pool.query('SELECT FROM waiting WHERE due_at IS NULL')
  expect(blocked.length).toBeGreaterThan(20)

  const second = await startServer()
  const ids = accepted.map(entry => entry.id)
  const endedOf = async () => {
    const { rows } = await database.pool.query<{ status: string; times: number }>(
      'SELECT status, count(*)::int AS times FROM outcome WHERE id = ANY ($1::uuid[]) GROUP BY status',
      [ids],
    )
    return rows
  }
  await until(
    'everything ends',
    async () => (await endedOf()).reduce((sum, row) => sum + row.times, 0) === ids.length,
    30_000,
  )
  expect(await endedOf()).toEqual([{ status: 'succeeded', times: ids.length }])
  const firstCall = new Map<string, number>()
  for (const [place, call] of module.calls.entries()) if (!firstCall.has(call.taskId)) firstCall.set(call.taskId, place)
  for (const [index, { dependsOn }] of layers.entries()) {
    for (const ref of dependsOn) {
      const parent = ids[layers.findIndex(other => other.ref === ref)] ?? ''
      expect(firstCall.get(parent)).toBeLessThan(firstCall.get(ids[index] ?? '') ?? 0)
    }
  }
  const stopped = once(second.child, 'exit')
  second.child.kill('SIGTERM')
  expect(await stopped).toEqual([0, null])
})

test('after kill -9 the next attempt goes on from the last checkpoint that was answered', {
  timeout: 60_000,
}, async () => {
  module.answer = () => 'hang'
  const first = await startServer()
  await first.client.mutate('modules.register', {
    id: 'walker',
    name: 'Walker',
    category: 'test',
    version: '1',
    capabilities: [{ type: 'walk' }],
    instances: [{ endpoint: module.endpoint }],
  })
  const { id } = await first.client.mutate<{ id: string }>('tasks.submit', { type: 'walk', payload: null })
  const callsOf = () => module.calls.filter(call => call.taskId === id).map(call => JSON.parse(call.rawBody))
  const { callbackUrl } = await until('it is called', () => callsOf()[0])
  for (const page of [1, 2, 3]) {
    const body = JSON.stringify({ kind: 'checkpoint', data: { page } })
    const answer = await fetch(callbackUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    expect(answer.status).toBe(200)
  }
  first.child.kill('SIGKILL')
  await once(first.child, 'exit')

  module.answer = () => ({ status: 200, body: 'arrived' })
  const second = await startServer()
  await until('it ends', async () => {
    const task = await second.client.query<{ status: string }>('tasks.get', { id })
    return task.status === 'succeeded'
  })
  expect(callsOf()).toMatchObject([
    { attempt: 1, checkpoint: null },
    { attempt: 2, checkpoint: { page: 3 }, checkpointBy: 'walker' },
  ])
  const { rows } = await database.pool.query('SELECT count(*)::int AS left FROM checkpoint')
  expect(rows).toEqual([{ left: 0 }])
  const stopped = once(second.child, 'exit')
  second.child.kill('SIGTERM')
  expect(await stopped).toEqual([0, null])
})
