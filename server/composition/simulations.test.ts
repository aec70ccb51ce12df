import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ModuleView } from '#server/contracts/modules.ts'
import type { RunSimulation, SimulationSummary, SimulationView } from '#server/contracts/simulations.ts'
import { readHistory } from '#server/persistence/read-history.ts'
import { type RunningQuarterdeck, runQuarterdeck } from '#server/testing/running-quarterdeck.ts'
import { startScriptedModule } from '#server/testing/scripted-module.ts'
import { until } from '#server/testing/until.ts'
import type { Page } from '../contracts/common.ts'

const cleanup = new AsyncDisposableStack()
let server: RunningQuarterdeck
let module: ModuleView
const begun = Date.now()

beforeAll(async () => {
  server = cleanup.use(await runQuarterdeck())
  const scripted = cleanup.use(await startScriptedModule(() => ({ status: 200, delayMs: 100 })))
  module = await server.client.mutate<ModuleView>('modules.register', {
    id: 'slow-one',
    name: 'Slow one',
    category: 'text',
    version: '1.0.0',
    instances: [{ endpoint: scripted.endpoint, capacity: 2 }],
    capabilities: [{ type: 'text.slow' }],
  })
  const parent = await server.client.mutate<{ id: string }>('tasks.submit', { type: 'text.slow', payload: 1 })
  const rest = Array.from({ length: 79 }, (_, number) => ({
    type: 'text.slow',
    payload: number,
    ...(number === 0 && { dependsOn: [parent.id] }),
  }))
  await server.client.mutate('tasks.submitBatch', { tasks: rest })
  await until('all tasks have ended', async () => {
    const { items } = await server.client.query<Page<unknown>>('tasks.list', { status: ['succeeded'], limit: 200 })
    return items.length === 80
  })
}, 60_000)
afterAll(() => cleanup.disposeAsync())

const run = (request: Partial<RunSimulation>) => server.client.mutate<SimulationView>('simulations.run', request)
const get = (id: string) => server.client.query<SimulationView>('simulations.get', { id })

async function ended(id: string): Promise<SimulationView> {
  let view = await get(id)
  await until(
    'the simulation has ended',
    async () => {
      view = await get(id)
      return view.finishedAt !== null
    },
    60_000,
  )
  return view
}

test('recorded traffic is replayed in a thread of its own: a capacity that would have helped is found to help', async () => {
  const [instance] = module.instances
  const started = await run({
    windowHours: 0.1,
    changes: [{ kind: 'instance_capacity', moduleId: 'slow-one', instanceId: instance?.id ?? '', capacity: 20 }],
  })
  expect(started).toMatchObject({ status: 'queued', finishedAt: null, result: null })
  expect(started.changes[0]).toMatchObject({ from: '2', to: '20' })
  const { result, status } = await ended(started.id)
  expect(status).toBe('succeeded')
  expect(result).toMatchObject({ tasks: 80, seeds: 3, beyondLoadShare: expect.any(Number) })
  const wait = result?.effects.find(({ measure }) => measure === 'wait_mean')
  expect(wait?.after).toBeLessThan((wait?.before ?? 0) / 2)
  // All of it came at once: one burst says nothing of how sure that is.
  expect(wait).toMatchObject({ claim: 'none', interval: null })
  const { items } = await server.client.query<Page<SimulationSummary>>('simulations.list', {})
  expect(items.map(({ id }) => id)).toContain(started.id)
}, 90_000)

test('the present configuration comes near to what was recorded', async () => {
  const { result } = await ended((await run({ windowHours: 0.1 })).id)
  const p50 = result?.fidelity.terms.find(({ measure }) => measure === 'wait_p50')
  expect(p50?.error).toBeLessThan(0.35)
  expect(result?.effects.every(({ claim }) => claim === 'none')).toBe(true)
}, 90_000)

test('a window without data is refused with what is needed, a change of what is not there at once', async () => {
  await expect(run({ changes: [{ kind: 'module_enabled', moduleId: 'nobody', enabled: false }] })).rejects.toThrow(
    'There is no module nobody.',
  )
  await using empty = await runQuarterdeck()
  const { id } = await empty.client.mutate<SimulationView>('simulations.run', {})
  const isOver = async () => (await empty.client.query<SimulationView>('simulations.get', { id })).finishedAt !== null
  await until('it is refused', isOver, 60_000)
  expect(await empty.client.query('simulations.get', { id })).toMatchObject({
    status: 'failed',
    error: { code: 'NO_HISTORY' },
  })
}, 90_000)

test('several run one after the other; one that is cancelled ends at once, and the next one goes on', async () => {
  const window = { windowHours: 0.1 }
  const [first, second] = [await run({ ...window, seed: 2 }), await run({ ...window, seed: 3 })]
  expect(await server.client.mutate('simulations.cancel', { id: first.id })).toMatchObject({ status: 'cancelled' })
  await expect(server.client.mutate('simulations.cancel', { id: first.id })).rejects.toThrow('already ended')
  expect(await ended(second.id)).toMatchObject({ status: 'succeeded', progress: 1 })
}, 90_000)

test('what is read of the window is whole: each task once, with its calls, parents and times; or a stated part of it', async () => {
  const client = new pg.Client({ connectionString: server.database.url })
  await client.connect()
  try {
    const window = { tenantId: 'default', from: begun - 60_000, to: Date.now() }
    const whole = await readHistory(client, { ...window, mostTasks: 1_000 })
    expect(whole.tasks).toHaveLength(80)
    expect(whole.sampling.minutes).toBe(whole.sampling.of)
    expect(whole.tasks.filter(({ parents }) => parents.length > 0).map(({ parents }) => parents)).toEqual([[0]])
    for (const { attempts, acceptedAt, finishedAt, status } of whole.tasks) {
      expect(status).toBe('succeeded')
      expect(attempts).toHaveLength(1)
      expect(attempts[0]).toMatchObject({ moduleId: 'slow-one', outcome: 'succeeded', inFlight: expect.any(Number) })
      expect(attempts[0]?.dispatchedAt).toBeGreaterThanOrEqual(acceptedAt - 1)
      expect(finishedAt).toBeGreaterThanOrEqual(acceptedAt + 100)
    }
    const sampled = await readHistory(client, { ...window, from: begun - 6_000_000, mostTasks: 40 })
    expect(sampled.sampling.minutes).toBeLessThan(sampled.sampling.of * 0.6)
    expect((await readHistory(client, { ...window, tenantId: 'other', mostTasks: 1_000 })).tasks).toEqual([])
  } finally {
    await client.end()
  }
})
