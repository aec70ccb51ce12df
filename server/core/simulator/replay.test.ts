import { describe, expect, test } from 'vitest'
import { runReplay } from '#server/composition/simulator/run-replay.ts'
import type { ConfigurationChange } from '#server/contracts/configuration-changes.ts'
import { applyChange } from '../changes/apply-change.ts'
import { instanceRecord, moduleRecord } from '../registry/testing/builders.ts'
import { Comparison } from './compare.ts'
import type { RunRecord } from './run-record.ts'
import {
  erlangWaitMs,
  historyOf,
  markovHistory,
  recordedTask,
  snapshotOf,
  windowStart,
} from './testing/synthetic-history.ts'

const worker = (id: string, capacity: number, change: Parameters<typeof moduleRecord>[1] = {}) =>
  moduleRecord(id, {
    capabilities: [{ type: 'work', inputSchema: null, outputSchema: null }],
    instances: [instanceRecord(`http://10.0.0.1/${id}`, { capacity })],
    ...change,
  })

const waits = ({ record }: { record: RunRecord }) => [...record.waitMs]
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

test('the mean wait of a queue with several servers is what Erlang C says', async () => {
  const load = { servers: 3, meanGapMs: 1_000, meanCallMs: 2_400 }
  const history = markovHistory({ count: 8_000, ...load, seed: 5 })
  const snapshot = snapshotOf(worker('m1', 3))
  const replayed = waits(await runReplay({ history, recordedUnder: snapshot, snapshot, seed: 1 }))
  const size = 400
  const batches = Array.from({ length: replayed.length / size }, (_, batch) =>
    mean(replayed.slice(batch * size, (batch + 1) * size)),
  )
  const center = mean(batches)
  const spread = Math.sqrt(mean(batches.map(value => (value - center) ** 2)) / (batches.length - 1))
  expect(Math.abs(center - erlangWaitMs(load.servers, load.meanGapMs, load.meanCallMs))).toBeLessThan(2.1 * spread)
  expect(spread).toBeLessThan(center / 4)
})

test('the same seed gives the same run, whatever ran before; another seed another one', async () => {
  const history = markovHistory({ count: 1_500, servers: 4, meanGapMs: 500, meanCallMs: 1_500, seed: 2 })
  const snapshot = snapshotOf(worker('m1', 2), worker('m2', 2))
  const run = async (seed: number) => waits(await runReplay({ history, recordedUnder: snapshot, snapshot, seed }))
  const first = await run(1)
  expect(await run(2)).not.toEqual(first)
  expect(await run(1)).toEqual(first)
})

test('a configuration as recorded gives back what was recorded, call by call', async () => {
  const history = markovHistory({ count: 2_000, servers: 2, meanGapMs: 1_000, meanCallMs: 1_400, seed: 3 })
  const snapshot = snapshotOf(worker('m1', 2))
  const { record, calls } = await runReplay({ history, recordedUnder: snapshot, snapshot, seed: 1 })
  expect(calls).toBe(2_000)
  const errors = history.tasks.map((task, index) => {
    const [attempt] = task.attempts
    return Math.abs((record.waitMs[index] ?? 0) - ((attempt?.dispatchedAt ?? 0) - task.acceptedAt))
  })
  expect(mean(errors)).toBeLessThan(50)
})

describe('what the core does with calls', () => {
  test('a breaker that opens over recorded failures spares the module calls', async () => {
    const failure = { outcome: 'failed', errorCode: 'HTTP_500' } as const
    const outage = Array.from({ length: 100 }, (_, place) =>
      recordedTask(place * 1_000, [failure], { status: 'failed', endReason: 'ATTEMPTS_USED_UP' }),
    )
    const history = historyOf(outage, 100_000)
    const callsWith = async (failureThreshold: number) => {
      const snapshot = snapshotOf(worker('m1', 10, { breaker: { ...worker('m1', 1).breaker, failureThreshold } }))
      return (await runReplay({ history, recordedUnder: snapshot, snapshot, seed: 1 })).calls
    }
    // Each task is tried four times; behind an open breaker a probe a minute is all there is.
    expect(await callsWith(1_000)).toBe(400)
    expect(await callsWith(5)).toBeLessThan(100)
  })

  test('how services are chosen is tried too: a pin takes the work to its module, a goal to the one that is best in it', async () => {
    // The one takes two seconds, the other one and costs ten times as much; which is better is a matter of the goal.
    const tasks = Array.from({ length: 400 }, (_, place) => {
      const moduleId = place % 2 === 0 ? 'slow' : 'dear'
      const dispatchedAt = windowStart + place * 1_000
      const call = { moduleId, dispatchedAt, endedAt: dispatchedAt + (moduleId === 'slow' ? 2_000 : 1_000) }
      return recordedTask(place * 1_000, [call])
    })
    const history = historyOf(tasks, 400_000)
    const snapshot = snapshotOf(worker('slow', 50, { costPerHourUsd: 1 }), worker('dear', 50, { costPerHourUsd: 10 }))
    const shareOfSlow = async (change: ConfigurationChange) => {
      const input = { history, recordedUnder: snapshot, seed: 1 }
      const { record } = await runReplay({ ...input, snapshot: applyChange(snapshot, change) })
      return mean([...record.runMs].map(ms => (ms > 1_500 ? 1 : 0)))
    }
    expect(await shareOfSlow({ kind: 'type_pin', taskType: 'work', pinnedTo: 'slow' })).toBe(1)
    expect(await shareOfSlow({ kind: 'type_pin', taskType: 'work', pinnedTo: 'dear' })).toBe(0)
    expect(await shareOfSlow({ kind: 'type_goal', taskType: 'work', goal: 'cost' })).toBeGreaterThan(0.8)
    expect(await shareOfSlow({ kind: 'type_goal', taskType: 'work', goal: 'speed' })).toBeLessThan(0.2)
  })

  test('a call that never answered is ended by the time-out of its module, and retried elsewhere', async () => {
    const hung = [recordedTask(0, [{ outcome: 'timed_out', errorCode: 'TIMEOUT' }, { moduleId: 'm2' }])]
    const history = historyOf(hung, 60_000)
    const limited = { breaker: { ...worker('m1', 1).breaker, callTimeoutMs: 5_000 } }
    const snapshot = snapshotOf(worker('m1', 1, { preference: 100, ...limited }), worker('m2', 1, limited))
    const { record } = await runReplay({ history, recordedUnder: snapshot, snapshot, seed: 1 })
    expect(record.fate(0)).toBe('succeeded')
    expect(record.runMs[0]).toBe(6_000)
  })

  test('children wait for their parents, end with them, and start as soon as the last one succeeds', async () => {
    const failure = { outcome: 'failed', errorCode: 'BAD_INPUT' } as const
    const history = historyOf(
      [
        recordedTask(0, [{}]),
        recordedTask(0, [failure], { status: 'failed', endReason: 'NOT_RETRYABLE' }),
        recordedTask(10, [{}], { parents: [0] }),
        recordedTask(10, [], { parents: [1], status: 'cancelled' }),
      ],
      60_000,
    )
    const snapshot = snapshotOf(worker('m1', 10))
    const { record } = await runReplay({ history, recordedUnder: snapshot, snapshot, seed: 1 })
    expect([0, 1, 2, 3].map(index => record.fate(index))).toEqual(['succeeded', 'failed', 'succeeded', 'cancelled'])
    expect((record.endedAt[2] ?? 0) - (record.endedAt[0] ?? 0)).toBeLessThan(1_100)
  })

  test('urgent work overtakes, and what exceeds the capacity of the queue is refused', async () => {
    const tasks = Array.from({ length: 60 }, (_, place) => recordedTask(place, [{}], { priority: place >= 50 ? 1 : 5 }))
    const history = historyOf(tasks, 60_000)
    const snapshot = { ...snapshotOf(worker('m1', 1)), queueCapacity: 50 }
    const { record } = await runReplay({ history, recordedUnder: snapshot, snapshot, seed: 1 })
    const fates = tasks.map((_, index) => record.fate(index))
    expect(fates.filter(fate => fate === 'rejected').length).toBeGreaterThanOrEqual(10)
    const small = { ...snapshotOf(worker('m1', 1)), queueCapacity: 1_000 }
    const whole = await runReplay({ history, recordedUnder: small, snapshot: small, seed: 1 })
    expect(mean(waits(whole).slice(50))).toBeLessThan(mean(waits(whole).slice(1, 50)))
  })
})

describe('what a comparison says', () => {
  const compare = async (history: ReturnType<typeof markovHistory>, capacity: number, seeds = [1]) => {
    const snapshot = snapshotOf(worker('m1', 2))
    const [module] = snapshot.modules
    const [instance] = module?.instances ?? []
    const changed = applyChange(snapshot, {
      kind: 'instance_capacity',
      moduleId: 'm1',
      instanceId: instance?.id ?? '',
      capacity,
    })
    const comparison = new Comparison(history, snapshot)
    for (const seed of seeds) {
      const input = { history, recordedUnder: snapshot, seed }
      comparison.add(await runReplay({ ...input, snapshot }), await runReplay({ ...input, snapshot: changed }))
    }
    return comparison.result(0)
  }

  test('a change that is known to help is found, with who gains by it', async () => {
    const history = markovHistory({ count: 3_000, servers: 2, meanGapMs: 1_000, meanCallMs: 1_500, seed: 11 })
    const result = await compare(history, 3, [1, 2])
    expect(result.fidelity.verdict).toBe('strong')
    expect(result.effects.find(({ measure }) => measure === 'wait_mean')).toMatchObject({ claim: 'better' })
    const type = result.groups.find(({ kind }) => kind === 'type')
    expect(type).toMatchObject({ name: 'work', tasksBefore: 3_000 })
    expect(type?.effects[0]).toMatchObject({ measure: 'latency_mean', claim: 'better' })
  })

  test('a change that changes nothing is not distinguishable', async () => {
    const history = markovHistory({ count: 2_000, servers: 2, meanGapMs: 1_000, meanCallMs: 600, seed: 12 })
    const result = await compare(history, 2, [1, 2])
    expect(new Set(result.effects.map(({ claim }) => claim))).toEqual(new Set(['none']))
  })

  test('nothing is claimed when the backtest is weak', async () => {
    const recorded = markovHistory({ count: 1_000, servers: 1, meanGapMs: 2_000, meanCallMs: 1_500, seed: 13 })
    const result = await compare(recorded, 8)
    expect(result.fidelity.verdict).toBe('weak')
    expect(new Set(result.effects.map(({ noClaim }) => noClaim))).toEqual(new Set(['weak_backtest']))
  })
})
