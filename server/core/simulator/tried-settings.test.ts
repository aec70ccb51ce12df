import { expect, test } from 'vitest'
import { runReplay } from '#server/composition/simulator/run-replay.ts'
import type { ConfigurationChange } from '#server/contracts/configuration-changes.ts'
import { breakerConfigSchema, retryPolicySchema } from '#server/contracts/modules.ts'
import { applyChange } from '../changes/apply-change.ts'
import type { ConfigurationSnapshot } from '../changes/configuration-snapshot.ts'
import { instanceRecord, moduleRecord } from '../registry/testing/builders.ts'
import type { RecordedHistory } from './recorded-history.ts'
import { historyOf, recordedTask, snapshotOf, windowStart } from './testing/synthetic-history.ts'

const worker = (id: string, change: Parameters<typeof moduleRecord>[1] = {}) =>
  moduleRecord(id, {
    capabilities: [{ type: 'work', inputSchema: null, outputSchema: null }],
    instances: [instanceRecord(`http://10.0.0.1/${id}`, { capacity: 50 })],
    breaker: breakerConfigSchema.parse({ failureThreshold: 1_000 }),
    ...change,
  })

const failure = { outcome: 'failed', errorCode: 'HTTP_500' } as const
const failed = { status: 'failed', endReason: 'ATTEMPTS_USED_UP' } as const

async function tried(history: RecordedHistory, present: ConfigurationSnapshot, ...changes: ConfigurationChange[]) {
  const snapshot = changes.reduce(applyChange, present)
  return runReplay({ history, recordedUnder: present, snapshot, seed: 1 })
}

const breakerOf = (edit: object) => ({
  kind: 'module_breaker' as const,
  moduleId: 'm1',
  breaker: breakerConfigSchema.parse({ failureThreshold: 1_000, ...edit }),
})

test('a rule for slow calls opens the simulated breaker over calls that all succeed, and a slower limit leaves it closed', async () => {
  const tasks = Array.from({ length: 200 }, (_, place) => {
    const dispatchedAt = windowStart + place * 1_000
    return recordedTask(place * 1_000, [{ dispatchedAt, endedAt: dispatchedAt + 4_000 }])
  })
  const history = historyOf(tasks, 200_000)
  const present = snapshotOf(worker('m1'))
  const rule = { percent: 50, windowSeconds: 60, minimumCalls: 10 }
  const firstWaits = async (slowMs: number) => {
    const { record } = await tried(history, present, breakerOf({ slowCalls: { ...rule, slowMs } }))
    return [...record.waitMs].filter(ms => ms > 30_000).length
  }
  expect(await firstWaits(5_000)).toBe(0)
  // Behind the open breaker they wait for a probe, once a minute.
  expect(await firstWaits(3_000)).toBeGreaterThan(50)
})

test('a rule for the share of failures opens the simulated breaker where failures never come in a row', async () => {
  const tasks = Array.from({ length: 300 }, (_, place) =>
    place % 2 === 0 ? recordedTask(place * 500, [failure], failed) : recordedTask(place * 500, [{}]),
  )
  const history = historyOf(tasks, 150_000)
  const once = { kind: 'module_retry' as const, moduleId: 'm1', retry: retryPolicySchema.parse({ maxAttempts: 1 }) }
  const present = applyChange(snapshotOf(worker('m1')), once)
  const lateWith = async (percent: number) => {
    const failureRate = { percent, windowSeconds: 60, minimumCalls: 20 }
    const { record } = await tried(history, present, breakerOf({ failureRate }))
    return [...record.waitMs].filter(ms => ms > 20_000).length
  }
  expect(await lateWith(90)).toBe(0)
  expect(await lateWith(40)).toBeGreaterThan(50)
})

test('the retries of a type are those of its own policy, and its tasks end at its total limit', async () => {
  const tasks = Array.from({ length: 50 }, (_, place) => recordedTask(place * 2_000, [failure], failed))
  const history = historyOf(tasks, 100_000)
  const present = snapshotOf(worker('m1'))
  const calls = async (edit: object | null) => {
    const retry = edit && retryPolicySchema.parse(edit)
    const change = { kind: 'type_retry' as const, taskType: 'work', retry }
    return (await tried(history, present, change)).calls
  }
  expect(await calls(null)).toBe(200)
  expect(await calls({ maxAttempts: 2 })).toBe(100)
  expect(await calls({ maxAttempts: 6, retryOn: ['timeout'] })).toBe(50)
  // 10, then 20 s between the calls: the third would begin beyond the limit.
  const patient = { maxAttempts: 6, backoff: 'linear', baseMs: 10_000 }
  const limited = { ...retryPolicySchema.parse(patient), totalTimeoutMs: 15_000 }
  expect(await calls(patient)).toBeGreaterThan(200)
  const change = { kind: 'type_retry' as const, taskType: 'work', retry: limited }
  expect((await tried(history, present, change)).calls).toBe(100)
})

test('a price moves the work to the cheaper module, where services are chosen by cost', async () => {
  const tasks = Array.from({ length: 300 }, (_, place) =>
    recordedTask(place * 1_000, [{ moduleId: place % 2 === 0 ? 'm1' : 'm2' }]),
  )
  const history = historyOf(tasks, 300_000)
  const present = applyChange(snapshotOf(worker('m1', { costPerHourUsd: 5 }), worker('m2', { costPerHourUsd: 5 })), {
    kind: 'type_goal',
    taskType: 'work',
    goal: 'cost',
  })
  const shareOfFirst = async (costPerHourUsd: number) => {
    const { record } = await tried(history, present, { kind: 'module_price', moduleId: 'm1', costPerHourUsd })
    return tasks.filter((_, place) => record.servedBy(place) === 'm1').length / tasks.length
  }
  expect(await shareOfFirst(0.5)).toBeGreaterThan(0.8)
  expect(await shareOfFirst(50)).toBeLessThan(0.2)
})

test('tasks run only where a call may use what they need: fewer resources refuse them, more let them in', async () => {
  const resources = { cpu: 2, memoryMb: 512 }
  const tasks = Array.from({ length: 20 }, (_, place) => recordedTask(place * 1_000, [{}], { resources }))
  const history = historyOf(tasks, 60_000)
  const present = snapshotOf(worker('m1', { resources }))
  const succeeded = async (cpu: number) => {
    const change = { kind: 'module_resources' as const, moduleId: 'm1', resources: { ...resources, cpu } }
    const { record } = await tried(history, present, change)
    return tasks.filter((_, place) => record.fate(place) === 'succeeded').length
  }
  expect(await succeeded(2)).toBe(20)
  expect(await succeeded(1)).toBe(0)
})

test('what a module needs moves no work by itself: it decides what else may be switched off with it', async () => {
  const tasks = Array.from({ length: 40 }, (_, place) => recordedTask(place * 1_000, [{}]))
  const history = historyOf(tasks, 60_000)
  const present = snapshotOf(worker('m1'), worker('m2'))
  const needs = { kind: 'module_dependencies' as const, moduleId: 'm2', dependsOn: ['m1'] }
  const off = { kind: 'module_enabled' as const, moduleId: 'm1', enabled: false }
  const modulesOf = async (...changes: ConfigurationChange[]) => {
    const { record } = await tried(history, present, ...changes)
    return tasks.map((_, place) => record.servedBy(place))
  }
  expect(await modulesOf(needs)).toEqual(await modulesOf())
  await expect(modulesOf(needs, off)).rejects.toMatchObject({ code: 'MODULE_REQUIRED' })
  expect(new Set(await modulesOf(needs, { ...needs, dependsOn: [] }, off))).toEqual(new Set(['m2']))
})
