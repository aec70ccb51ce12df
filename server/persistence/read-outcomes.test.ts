import { afterAll, beforeAll, expect, test } from 'vitest'
import { service } from '#server/core/analysis/testing/fleet.ts'
import { generateTraffic } from '#server/core/analysis/testing/traffic.ts'
import { historyOf, recordedTask, windowStart } from '#server/core/simulator/testing/synthetic-history.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { recordHistory } from '../testing/record-history.ts'
import { createOutcomeReader } from './sql/suggestions/read-outcomes.ts'

const hourMs = 3_600_000
const days = 3
const window = { tenantId: 'default', types: ['busy'], from: windowStart, to: windowStart + days * 24 * hourMs }
const from = (offsetMs: number) => windowStart + offsetMs
let database: TestDatabase
/** Of the busy type, how many there are and the mean of the time they ran. */
let truth: { count: number; runMs: number }

/** Calls take longer by day: a sample that leaves hours out has another mean. */
function busyDays() {
  return generateTraffic({
    seed: 3,
    hours: days * 24,
    modules: [service('m', { types: ['busy'], capacities: [50] })],
    streams: [{ type: 'busy', perHour: 80, shares: { m: 1 } }],
    behave: ({ at, draw }) => ({ durationMs: (at % (24 * hourMs) < 12 * hourMs ? 100 : 1_000) * (0.5 + draw()) }),
  })
}

beforeAll(async () => {
  database = await createTestDatabase()
  const busy = busyDays()
  const runs = busy.tasks.map(({ finishedAt, attempts }) => (finishedAt ?? 0) - (attempts[0]?.dispatchedAt ?? 0))
  truth = { count: runs.length, runMs: runs.reduce((sum, ms) => sum + ms, 0) / runs.length }
  await recordHistory(database.pool, busy, 0)
  const failed = { outcome: 'failed' as const, errorCode: 'HTTP_503' }
  const rare = [
    recordedTask(1_000, [
      { ...failed, dispatchedAt: from(1_000), endedAt: from(2_000), enqueuedAt: from(1_000) },
      // Another module takes it at once: no retry.
      { ...failed, dispatchedAt: from(2_000), endedAt: from(3_000), enqueuedAt: from(1_000) },
      { dispatchedAt: from(4_000), endedAt: from(5_000), enqueuedAt: from(3_500) },
    ]),
    recordedTask(2_000, [{ outcome: 'timed_out', errorCode: 'TIMEOUT' }], {
      status: 'failed',
      deadline: from(2_500),
      finishedAt: from(3_000),
    }),
    recordedTask(3_000, [{}], { deadline: from(60_000) }),
    recordedTask(4_000, [{}], { status: 'cancelled', cancelledAt: from(5_000) }),
  ].map(task => ({ ...task, type: 'rare' }))
  await recordHistory(database.pool, historyOf(rare, hourMs), 0)
  await database.pool.query('UPDATE attempt SET cost_usd = 0.25 WHERE module_id = $1', ['m1'])
})
afterAll(() => database[Symbol.asyncDispose]())

test('of each task that ended by itself it is read what became of it, its calls, retries and cost', async () => {
  const { tasks, share } = await createOutcomeReader(database.pool).read({ ...window, types: ['rare'], most: 100 })
  const call = { number: 1, moduleId: 'm1', instanceId: 'm1-1', costUsd: 0.25, atOnce: null, repeats: null }
  expect(share).toBe(1)
  expect(tasks).toEqual([
    expect.objectContaining({
      hasMissedDeadline: null,
      calls: [
        { ...call, outcome: 'failed', waitMs: 0, durationMs: 1_000 },
        { ...call, number: 2, outcome: 'failed', waitMs: 0, durationMs: 1_000 },
        {
          ...call,
          number: 3,
          outcome: 'succeeded',
          waitMs: 500,
          durationMs: 1_000,
          repeats: { moduleId: 'm1', instanceId: call.instanceId, errorCode: 'HTTP_503' },
        },
      ],
    }),
    expect.objectContaining({
      calls: [expect.objectContaining({ outcome: 'timed_out', repeats: null })],
      hasFailed: true,
      hasMissedDeadline: true,
    }),
    expect.objectContaining({ acceptedAt: from(3_000), hasFailed: false, hasMissedDeadline: false }),
  ])
})

test('changes of the breakers of one module are read in order, and no others', async () => {
  await database.pool.query(
    `INSERT INTO breaker_change (tenant_id, module_id, instance_id, replica_id, at, from_state, to_state, reason)
     SELECT 'default', module_id, 'a', 'r', to_timestamp($1::float8 / 1000) + s * interval '1 minute', 'closed', 'open', s::text
     FROM unnest(ARRAY['m1', 'm2']) AS module_id, unnest(ARRAY[3, 1, 2, 90]) AS s`,
    [windowStart],
  )
  const reader = createOutcomeReader(database.pool)
  const asked = { tenantId: 'default', moduleId: 'm1', from: windowStart, to: from(hourMs) }
  const changes = await reader.readBreakerChanges(asked)
  expect(changes.map(({ moduleId, reason, at }) => [moduleId, reason, at])).toEqual([
    ['m1', '1', from(60_000)],
    ['m1', '2', from(120_000)],
    ['m1', '3', from(180_000)],
  ])
  expect(await reader.readBreakerChanges({ ...asked, tenantId: 'other' })).toEqual([])
})

test('few tasks are read whole, more by a plain sample, and it is said which part that is', async () => {
  const reader = createOutcomeReader(database.pool)
  const all = await reader.read({ ...window, most: truth.count })
  expect([all.tasks.length, all.share]).toEqual([truth.count, 1])
  expect(all.tasks.every(({ calls }) => (calls[0]?.atOnce ?? 0) >= 1)).toBe(true)
  const some = await reader.read({ ...window, most: 1_000 })
  expect(some.share).toBeCloseTo(1 / Math.ceil(truth.count / 1_000))
  expect(some.tasks.length / truth.count / some.share).toBeGreaterThan(0.85)
  expect(some.tasks.length / truth.count / some.share).toBeLessThan(1.15)
})

test('of more tasks than are passed over, stretches of the whole time are read: no hour is left out, and the mean is the true one', async () => {
  const { tasks, share } = await createOutcomeReader(database.pool, { mostPassed: 1_500 }).read({
    ...window,
    most: 600,
  })
  expect(tasks.length).toBeGreaterThan(200)
  expect(tasks.length).toBeLessThan(1_200)
  expect(tasks.length / truth.count / share).toBeGreaterThan(0.7)
  expect(tasks.length / truth.count / share).toBeLessThan(1.3)
  expect(new Set(tasks.map(({ acceptedAt }) => Math.floor(acceptedAt / hourMs) % 24)).size).toBe(24)
  const mean = tasks.reduce((sum, { runMs }) => sum + runMs, 0) / tasks.length
  expect(Math.abs(mean - truth.runMs)).toBeLessThan(0.12 * truth.runMs)
})
