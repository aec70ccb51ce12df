import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page } from '#server/contracts/common.ts'
import type { ModuleView } from '#server/contracts/modules.ts'
import type { AnalyzeAnswer, SuggestionStats, SuggestionSummary } from '#server/contracts/suggestions.ts'
import { service } from '#server/core/analysis/testing/fleet.ts'
import { around, generateTraffic, type TrafficPlan } from '#server/core/analysis/testing/traffic.ts'
import { windowStart } from '#server/core/simulator/testing/synthetic-history.ts'
import { recordHistory } from '#server/testing/record-history.ts'
import { type RunningQuarterdeck, runQuarterdeck } from '#server/testing/running-quarterdeck.ts'
import { startScriptedModule } from '#server/testing/scripted-module.ts'

const hours = 2
const hourMs = 3_600_000
const cleanup = new AsyncDisposableStack()
let server: RunningQuarterdeck
let shiftMs = 0

beforeAll(async () => {
  server = cleanup.use(await runQuarterdeck())
  const scripted = cleanup.use(await startScriptedModule(() => ({ status: 200 })))
  await server.client.mutate<ModuleView>('modules.register', {
    id: 'hanging',
    name: 'Hanging',
    category: 'text',
    version: '1.0.0',
    instances: [{ endpoint: scripted.endpoint, capacity: 50 }],
    capabilities: [{ type: 'text.slow' }],
  })
  shiftMs = Date.now() - hours * hourMs - windowStart
}, 60_000)
afterAll(() => cleanup.disposeAsync())

const analyze = (request: { windowHours: number; analyzers?: string[] }) =>
  server.client.mutate<AnalyzeAnswer>('suggestions.analyze', request)

/** Calls that take 200 ms, a share of which hangs until the limit of 30 s. */
function hanging(seed: number, share: number): TrafficPlan {
  return {
    seed,
    hours,
    modules: [service('hanging', { types: ['text.slow'], capacities: [50] })],
    streams: [{ type: 'text.slow', perHour: 5_000, shares: { hanging: 1 } }],
    behave: ({ draw }) => ({ durationMs: draw() < share ? 1e9 : around(200, 0.3, draw) }),
  }
}

test('without a record nothing is found, and every analyzer says why', async () => {
  const answer = await analyze({ windowHours: hours })
  expect(answer).toMatchObject({ findings: 0, tasks: 0 })
  const { analyzers } = await server.client.query<SuggestionStats>('suggestions.stats', undefined)
  expect(answer.skipped.map(({ analyzer }) => analyzer)).toEqual(analyzers.map(({ id }) => id))
})

test('what was recorded is read in a thread, analyzed, and becomes a suggestion; a second analysis adds none', async () => {
  await recordHistory(server.database.pool, generateTraffic(hanging(1, 0.02)), shiftMs)
  const first = await analyze({ windowHours: hours + 0.1 })
  expect(first.tasks).toBeGreaterThan(9_000)
  const { items } = await server.client.query<Page<SuggestionSummary>>('suggestions.list', {})
  expect(items.map(({ title }) => title)).toEqual([expect.stringContaining('those that hang hold a place')])
  await analyze({ windowHours: hours + 0.1 })
  expect((await server.client.query<Page<SuggestionSummary>>('suggestions.list', {})).items.length).toBe(items.length)
})

test('of another tenant nothing is read', async () => {
  const before = await analyze({ windowHours: hours + 0.1 })
  const history = { ...generateTraffic(hanging(2, 0)), tenantId: 'other' }
  await server.database.pool.query(`INSERT INTO tenant (id, name) VALUES ('other', 'Other') ON CONFLICT DO NOTHING`)
  await recordHistory(server.database.pool, history, shiftMs)
  expect((await analyze({ windowHours: hours + 0.1 })).tasks).toBe(before.tasks)
})

test('an analyzer that nobody knows is refused', async () => {
  await expect(analyze({ windowHours: 1, analyzers: ['horoscope'] })).rejects.toThrow('There is no analyzer horoscope')
})
