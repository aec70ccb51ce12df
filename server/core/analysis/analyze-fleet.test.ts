import { describe, expect, test } from 'vitest'
import type { RecordedTask } from '../simulator/recorded-history.ts'
import { historyOf, recordedTask, snapshotOf, windowStart } from '../simulator/testing/synthetic-history.ts'
import { analyzeFleet } from './analyze-fleet.ts'
import { analyzers } from './catalog.ts'
import { confidenceOf, keyOf, priorityOf } from './finding.ts'
import { gatherEvidence } from './gather-evidence.ts'
import { analyzePlan, episode, service } from './testing/fleet.ts'
import { around, type TrafficPlan } from './testing/traffic.ts'

const hourMs = 3_600_000

function analyzeTasks(tasks: readonly RecordedTask[], windowMs = hourMs) {
  return analyzeFleet(
    gatherEvidence({ history: historyOf(tasks, windowMs), breakerChanges: [] }, snapshotOf(service('m1'))),
  )
}

describe('what cannot be analyzed is skipped with a reason, by every analyzer', () => {
  test.each([
    ['a window of no length', [], 0],
    ['a window without data', [], hourMs],
    ['a single task', [recordedTask(0, [{}])], hourMs],
    ['a task that has not ended', [recordedTask(0, [], { finishedAt: null, status: 'running' })], hourMs],
    [
      'clocks that run backwards',
      [recordedTask(10_000, [{ endedAt: windowStart }], { finishedAt: windowStart })],
      hourMs,
    ],
    ['a clock a year ahead', [recordedTask(8_760 * hourMs, [{}])], hourMs],
    [
      'calls of a module that was removed',
      Array.from({ length: 300 }, (_, at) => recordedTask(at * 100, [{ moduleId: 'gone' }])),
      hourMs,
    ],
  ])('%s', (_name, tasks, windowMs) => {
    const { findings, skipped } = analyzeTasks(tasks, windowMs)
    expect(findings).toEqual([])
    // Of tasks without calls, what asks for tasks alone may still say that nothing is wrong with them.
    const asked = analyzers.filter(({ id }) => id !== 'missing-fallback' && id !== 'retirement').map(({ id }) => id)
    expect(skipped.map(({ analyzer }) => analyzer)).toEqual(expect.arrayContaining(asked))
    for (const { reason } of skipped) expect(reason).toMatch(/^[A-Z].*\.$/)
  })
})

test('only what follows a failed call after a back-off is a retry: not a fallback at once, nor a call that found no room', () => {
  const at = (ms: number) => ({ dispatchedAt: windowStart + ms, endedAt: windowStart + ms + 100 })
  const second = { ...at(2_000), enqueuedAt: windowStart + 1_500 }
  const retryAfter = (first: object, then: object = second) => {
    const history = historyOf([recordedTask(0, [{ ...at(0), ...first }, then])], hourMs)
    const evidence = gatherEvidence({ history, breakerChanges: [] }, snapshotOf(service('m1')))
    return evidence.tasks[0]?.calls[1]?.retryOf !== null
  }
  expect(retryAfter({ outcome: 'failed' })).toBe(true)
  expect(retryAfter({ outcome: 'timed_out' })).toBe(true)
  expect(retryAfter({ outcome: 'busy' })).toBe(false)
  expect(retryAfter({ outcome: 'preempted' })).toBe(false)
  expect(retryAfter({ outcome: 'failed' }, { ...second, enqueuedAt: windowStart })).toBe(false)
})

test('replicas that follow each other into an outage saw one, and what an operator forced is none', () => {
  const history = historyOf([], hourMs)
  const changes = [
    ...episode('m1', 0),
    ...episode('m1', 1_000, { replicaId: 'r2' }),
    ...episode('m1', 900_000, { failedProbes: 1 }),
  ]
  const forced = { ...changes[0]!, at: windowStart + 1_800_000, reason: 'forced open by Ann: provider outage' }
  const evidence = gatherEvidence({ history, breakerChanges: [...changes, forced] }, snapshotOf(service('m1')))
  expect(evidence.episodes.map(({ openedAt, failedProbes }) => [openedAt - windowStart, failedProbes])).toEqual([
    [0, 0],
    [900_000, 1],
  ])
})

test('an analyzer that nobody knows is refused by name, with those there are', () => {
  const evidence = gatherEvidence({ history: historyOf([], hourMs), breakerChanges: [] }, snapshotOf())
  expect(() => analyzeFleet(evidence, { analyzers: ['capacity', 'horoscope'] })).toThrow(
    expect.objectContaining({ code: 'ANALYZER_UNKNOWN', details: { analyzers: analyzers.map(({ id }) => id) } }),
  )
})

test('a finding keeps its key from run to run though the value it proposes moves', () => {
  const keys = [1, 2].map(seed => {
    const { findings } = analyzePlan(
      {
        seed,
        hours: 3,
        modules: [service('m')],
        streams: [{ type: 'work', perHour: 2_000, shares: { m: 1 } }],
        behave: ({ draw }) => ({ durationMs: draw() < 0.02 ? 1e9 : around(200, 0.3, draw) }),
      },
      { analyzers: ['time-out'] },
    )
    return findings.map(({ key }) => key)
  })
  expect(keys).toEqual([['time-out:module:m:shorter'], ['time-out:module:m:shorter']])
})

test('the more is tested, the surer a finding has to be: the same record says less among all analyzers than to one of them', () => {
  const plan: TrafficPlan = {
    seed: 1,
    hours: 24,
    modules: [service('hanging')],
    streams: [{ type: 'work', perHour: 150, shares: { hanging: 1 } }],
    behave: ({ draw }) => ({ durationMs: draw() < 0.03 ? 1e9 : around(60, 0.3, draw) }),
  }
  const sureness = (analyzers?: string[]) =>
    analyzePlan(plan, analyzers && { analyzers }).findings.find(({ analyzer }) => analyzer === 'time-out')?.confidence
  expect(sureness()).toBeGreaterThan(0)
  expect(sureness()).toBeLessThan(sureness(['time-out'])!)
})

test('the same record gives the same findings in the same order', () => {
  const plan = {
    seed: 3,
    hours: 3,
    modules: [service('m'), service('n')],
    streams: [{ type: 'work', perHour: 3_000, shares: { m: 0.5, n: 0.5 } }],
    behave: ({ draw }: { draw: () => number }) => ({ durationMs: draw() < 0.02 ? 1e9 : around(200, 0.3, draw) }),
  }
  const [one, other] = [analyzePlan(plan), analyzePlan(plan)]
  expect(one.findings.length).toBeGreaterThan(1)
  expect(other).toEqual(one)
})

test('findings are ordered by how much they would gain for how many', () => {
  const failures = {
    measure: 'failure_share',
    unit: 'share',
    from: 0.1,
    to: 0,
    low: 0,
    high: 0,
    better: 'lower',
  } as const
  const wait = { measure: 'wait_mean', unit: 'ms', from: 1_000, to: 100, low: 0, high: 0, better: 'lower' } as const
  expect([1, 0.4, 0.1, 0.01].map(reach => priorityOf([failures], reach))).toEqual(['critical', 'high', 'medium', 'low'])
  expect(priorityOf([wait], 1)).toBe('high')
  expect(priorityOf([{ ...wait, to: 2_000 }], 1)).toBe('low')
})

test('confidence grows with the strength of the evidence and with how constant it is', () => {
  expect(confidenceOf(1e-9, { showing: 100, of: 100 })).toBeGreaterThan(0.98)
  expect(confidenceOf(0.01, { showing: 100, of: 100 })).toBeCloseTo(0.89, 2)
  expect(confidenceOf(1e-9, { showing: 1, of: 1 })).toBeCloseTo(2 / 3, 2)
  expect(confidenceOf(1e-9, { showing: 1, of: 10 })).toBeLessThan(confidenceOf(1e-9, { showing: 9, of: 10 }))
  expect(keyOf('a', { subject: { kind: 'module', id: 'm', name: 'M' }, direction: 'up' })).toBe('a:module:m:up')
})
