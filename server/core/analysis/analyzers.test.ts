import { describe, expect, test } from 'vitest'
import { type Finding, findingSchema } from '../../contracts/findings.ts'
import { retryPolicySchema } from '../../contracts/modules.ts'
import type { ModuleRecord } from '../registry/module-record.ts'
import { analyzers } from './catalog.ts'
import { analyzePlan, episode, service } from './testing/fleet.ts'
import { around, type CallOutcome, type PlannedCall, type TrafficPlan } from './testing/traffic.ts'

const minuteMs = 60_000

interface Case {
  analyzer: string
  /** What is wrong, and what it is in the healthy twin. */
  truth: string
  degraded: [TrafficPlan, Parameters<typeof analyzePlan>[1]?]
  healthy: [TrafficPlan, Parameters<typeof analyzePlan>[1]?]
  /** What must be proposed. */
  expected: (finding: Finding) => void
}

function plan(
  modules: ModuleRecord[],
  behave: (call: PlannedCall) => CallOutcome,
  change: Partial<TrafficPlan> = {},
): TrafficPlan {
  const shares = { [modules[0]?.id ?? '']: 1 }
  return { seed: 7, hours: 6, modules, streams: [{ type: 'work', perHour: 2_000, shares }], behave, ...change }
}

let calls = 0
const isEverySecond = () => calls++ % 2 === 0
const steady = ({ draw }: PlannedCall) => ({ durationMs: around(1_000, 0.3, draw) })
const retry = retryPolicySchema.parse({})
const breaker = service('m').breaker

/** A quarter of the tasks most of the time, all of them for one minute of five. */
const inWaves = (at: number) => (at % (5 * minuteMs) < minuteMs ? 1 : 0.25)
const busy = (perHour: number) => [{ type: 'work', perHour, shares: { m: 1 } }]

function changeOf({ act }: Finding) {
  return act.change
}

const cases: Case[] = [
  {
    analyzer: 'capacity',
    truth: 'an instance that is as fast with 4 calls at once as with 1 has work for 3.8 of its 4 places',
    degraded: [plan([service('m', { capacities: [4] })], steady, { streams: busy(13_700), hours: 1 })],
    healthy: [plan([service('m', { capacities: [8] })], steady, { streams: busy(13_700), hours: 1 })],
    expected: finding => {
      const change = changeOf(finding)
      expect(change).toMatchObject({ kind: 'instance_capacity', instanceId: 'm-1' })
      // 3.8 calls at once at 70 % use are 5.4 places.
      if (change?.kind === 'instance_capacity') expect(change.capacity).toBeGreaterThanOrEqual(6)
      if (change?.kind === 'instance_capacity') expect(change.capacity).toBeLessThanOrEqual(8)
    },
  },
  {
    analyzer: 'overload',
    truth: 'an instance gets most done with about 5 calls at once, of 12 it is given',
    degraded: [
      plan(
        [service('m', { capacities: [12] })],
        ({ inFlight, draw }) => ({ durationMs: around(200 + 8 * (inFlight + 1) ** 2, 0.2, draw) }),
        { streams: [{ type: 'work', perHour: 50_000, shares: { m: 1 }, intensity: inWaves }], hours: 2 },
      ),
    ],
    healthy: [
      plan([service('m', { capacities: [12] })], ({ draw }) => ({ durationMs: around(400, 0.2, draw) }), {
        streams: busy(60_000),
        hours: 1,
      }),
    ],
    expected: finding => {
      const change = changeOf(finding)
      expect(change?.kind).toBe('instance_capacity')
      if (change?.kind === 'instance_capacity') expect(Math.abs(change.capacity - 5)).toBeLessThanOrEqual(2)
    },
  },
  {
    analyzer: 'instance-count',
    truth: 'two instances are full, and a call takes longer the more there are beside it',
    degraded: [
      plan(
        [service('m', { capacities: [4, 4] })],
        ({ inFlight, draw }) => ({ durationMs: around(600 * (1 + inFlight * 0.25), 0.3, draw) }),
        {
          streams: busy(28_000),
          hours: 1,
        },
      ),
    ],
    healthy: [
      plan(
        [service('m', { capacities: [4, 4, 4, 4] })],
        ({ inFlight, draw }) => ({ durationMs: around(600 * (1 + inFlight * 0.25), 0.3, draw) }),
        {
          streams: busy(28_000),
          hours: 1,
        },
      ),
    ],
    expected: finding => {
      expect(finding.act.kind).toBe('advice')
      expect(changeOf(finding)).toEqual({ kind: 'instance_count', moduleId: 'm', count: 3 })
    },
  },
  {
    analyzer: 'balancing',
    truth: 'one of three instances in turn takes three times as long',
    degraded: [
      plan([service('m', { capacities: [9, 9, 9], strategy: 'round_robin' })], ({ instanceId, draw }) => ({
        durationMs: around(instanceId === 'm-2' ? 900 : 300, 0.4, draw),
      })),
    ],
    healthy: [
      plan([service('m', { capacities: [9, 9, 9], strategy: 'round_robin' })], ({ draw }) => ({
        durationMs: around(300, 0.4, draw),
      })),
    ],
    expected: finding =>
      expect(changeOf(finding)).toEqual({ kind: 'module_strategy', moduleId: 'm', strategy: 'power_of_two' }),
  },
  {
    analyzer: 'balancing',
    truth: 'one of two weighted instances takes twice as long',
    degraded: [
      plan([service('m', { capacities: [9, 9], strategy: 'weighted' })], ({ instanceId, draw }) => ({
        durationMs: around(instanceId === 'm-1' ? 600 : 300, 0.4, draw),
      })),
    ],
    healthy: [
      plan([service('m', { capacities: [9, 9], strategy: 'weighted' })], ({ draw }) => ({
        durationMs: around(300, 0.4, draw),
      })),
    ],
    expected: finding => {
      const change = changeOf(finding)
      expect(change).toMatchObject({ kind: 'instance_weight', instanceId: 'm-1' })
      if (change?.kind === 'instance_weight') expect(change.weight).toBeCloseTo(0.5, 1)
    },
  },
  {
    analyzer: 'time-out',
    truth: 'calls of log-normal length are cut off at a limit that 5 % exceed; 0.1 % would exceed 10.1 s',
    degraded: [
      plan([service('m', { breaker: { ...breaker, callTimeoutMs: 4_000 } })], ({ draw }) => ({
        durationMs: around(1_765, 0.6, draw),
      })),
    ],
    healthy: [
      plan([service('m', { breaker: { ...breaker, callTimeoutMs: 15_000 } })], ({ draw }) => ({
        durationMs: around(1_765, 0.6, draw),
      })),
    ],
    expected: finding => {
      const change = changeOf(finding)
      expect(finding.key).toMatch(/longer$/)
      if (change?.kind !== 'module_breaker') throw new Error('no limit was proposed')
      expect(change.breaker).toEqual({ ...breaker, callTimeoutMs: change.breaker.callTimeoutMs })
      expect(change.breaker.callTimeoutMs).toBeGreaterThan(8_000)
      expect(change.breaker.callTimeoutMs).toBeLessThan(12_000)
    },
  },
  {
    analyzer: 'time-out',
    truth: 'calls take 200 ms, or hang until the limit of 30 s',
    degraded: [plan([service('m')], ({ draw }) => ({ durationMs: draw() < 0.02 ? 1e9 : around(200, 0.3, draw) }))],
    healthy: [plan([service('m')], ({ draw }) => ({ durationMs: around(200, 0.3, draw) }))],
    expected: finding => {
      const change = changeOf(finding)
      expect(finding.key).toMatch(/shorter$/)
      if (change?.kind !== 'module_breaker') throw new Error('no limit was proposed')
      expect(change.breaker.callTimeoutMs).toBeGreaterThan(500)
      expect(change.breaker.callTimeoutMs).toBeLessThan(2_000)
    },
  },
  {
    analyzer: 'useless-retries',
    truth: 'HTTP_501 never goes away; in the healthy twin it does at once',
    degraded: [
      plan([service('m')], ({ number, draw }) => ({
        durationMs: around(200, 0.3, draw),
        errorCode: number > 1 || draw() < 0.01 ? 'HTTP_501' : null,
      })),
    ],
    healthy: [
      plan([service('m')], ({ number, draw }) => ({
        durationMs: around(200, 0.3, draw),
        errorCode: number === 1 && draw() < 0.01 ? 'HTTP_501' : null,
      })),
    ],
    expected: finding =>
      expect(changeOf(finding)).toEqual({
        kind: 'module_retry',
        moduleId: 'm',
        retry: { ...retry, retryOn: ['connection_error', 'timeout'] },
      }),
  },
  {
    analyzer: 'back-off',
    truth: 'a retry within 700 ms fails, a later one succeeds',
    degraded: [
      plan([service('m')], ({ number, delayMs, draw }) => ({
        durationMs: around(200, 0.3, draw),
        errorCode: (number === 1 ? draw() < 0.04 : delayMs < 700) ? 'HTTP_503' : null,
      })),
    ],
    healthy: [
      plan([service('m')], ({ number, draw }) => ({
        durationMs: around(200, 0.3, draw),
        errorCode: number === 1 && draw() < 0.01 ? 'HTTP_503' : null,
      })),
    ],
    expected: finding => {
      const change = changeOf(finding)
      expect(finding.key).toMatch(/later$/)
      if (change?.kind !== 'module_retry') throw new Error('no policy was proposed')
      // Four times as long as is enough: three of four retries then come late enough.
      expect(change.retry.baseMs).toBeGreaterThanOrEqual(2_500)
      expect(change.retry.baseMs).toBeLessThanOrEqual(4_000)
    },
  },
  {
    analyzer: 'back-off',
    truth: 'any retry succeeds, and the delay of up to 20 s is many times a call',
    degraded: [
      plan([service('m', { retry: { ...retry, baseMs: 20_000 } })], ({ number, draw }) => ({
        durationMs: around(200, 0.3, draw),
        errorCode: number === 1 && draw() < 0.05 ? 'HTTP_503' : null,
      })),
    ],
    healthy: [
      plan([service('m', { retry: { ...retry, baseMs: 300 } })], ({ number, draw }) => ({
        durationMs: around(200, 0.3, draw),
        errorCode: number === 1 && draw() < 0.05 ? 'HTTP_503' : null,
      })),
    ],
    expected: finding =>
      expect(changeOf(finding)).toEqual({
        kind: 'module_retry',
        moduleId: 'm',
        retry: { ...retry, baseMs: 4_000 },
      }),
  },
  {
    analyzer: 'breaker-noise',
    truth: 'one call in four fails by itself; five in a row open the breaker, and every probe succeeds',
    degraded: [
      plan([service('m')], ({ draw }) => ({
        durationMs: around(200, 0.3, draw),
        errorCode: draw() < 0.25 ? 'HTTP_409' : null,
      })),
      { breakerChanges: Array.from({ length: 16 }, (_, place) => episode('m', place * 20 * minuteMs)).flat() },
    ],
    healthy: [
      plan([service('m')], ({ draw }) => ({
        durationMs: around(200, 0.3, draw),
        errorCode: draw() < 0.25 ? 'HTTP_409' : null,
      })),
      {
        breakerChanges: Array.from({ length: 16 }, (_, place) =>
          episode('m', place * 20 * minuteMs, { failedProbes: 2 }),
        ).flat(),
      },
    ],
    expected: finding => {
      // 12,000 calls of which 25 % fail make 0.1 runs of 8.2 by chance: 12,000 × 0.75 × 0.25^k.
      expect(changeOf(finding)).toEqual({
        kind: 'module_breaker',
        moduleId: 'm',
        breaker: { ...breaker, failureThreshold: 9 },
      })
    },
  },
  {
    analyzer: 'breaker-late',
    truth: 'a module whose breaker opens after 500 failures is down for four minutes every hour',
    degraded: [
      plan([service('m', { breaker: { ...breaker, failureThreshold: 500 } })], ({ at, draw }) => ({
        durationMs: around(200, 0.3, draw),
        errorCode: at % (60 * minuteMs) < 4 * minuteMs || draw() < 0.01 ? 'HTTP_500' : null,
      })),
    ],
    healthy: [
      plan([service('m', { breaker: { ...breaker, failureThreshold: 500 } })], ({ draw }) => ({
        durationMs: around(200, 0.3, draw),
        errorCode: draw() < 0.01 ? 'HTTP_500' : null,
      })),
    ],
    expected: finding => {
      const change = changeOf(finding)
      if (change?.kind !== 'module_breaker') throw new Error('no breaker was proposed')
      expect(change.breaker.failureThreshold).toBeGreaterThanOrEqual(3)
      expect(change.breaker.failureThreshold).toBeLessThanOrEqual(6)
    },
  },
  {
    analyzer: 'breaker-late',
    truth: 'every second call fails for ten minutes every hour, so never two in a row',
    degraded: [
      plan([service('m')], ({ at, draw }) => ({
        durationMs: around(200, 0.3, draw),
        errorCode: at % (60 * minuteMs) < 10 * minuteMs && isEverySecond() ? 'HTTP_409' : null,
      })),
    ],
    healthy: [
      plan([service('m')], ({ draw }) => ({
        durationMs: around(200, 0.3, draw),
        errorCode: draw() < 0.1 ? 'HTTP_409' : null,
      })),
    ],
    expected: finding =>
      expect(changeOf(finding)).toEqual({
        kind: 'module_breaker',
        moduleId: 'm',
        breaker: { ...breaker, failureRate: { percent: 50, windowSeconds: 60, minimumCalls: 20 } },
      }),
  },
  {
    analyzer: 'service-order',
    truth: 'the preferred service fails 20 % of its calls, the other 2 %',
    degraded: [
      plan(rivals({ a: { preference: 100 }, b: { preference: -50 } }), failing({ a: 0.2, b: 0.02 }), {
        streams: shared(),
      }),
    ],
    healthy: [
      plan(rivals({ a: { preference: 100 }, b: { preference: -50 } }), failing({ a: 0.02, b: 0.02 }), {
        streams: shared(),
      }),
    ],
    expected: finding =>
      expect(changeOf(finding)).toEqual({ kind: 'module_preference', moduleId: 'a', preference: -50 }),
  },
  {
    analyzer: 'cheaper-service',
    truth: 'the service that gets the work costs four times as much and is no better',
    degraded: [
      plan(
        rivals({ a: { costPerHourUsd: 4, preference: 100 }, b: { costPerHourUsd: 1, preference: -20 } }),
        failing({}),
        { streams: shared() },
      ),
    ],
    healthy: [
      plan(
        rivals({ a: { costPerHourUsd: 4, preference: 100 }, b: { costPerHourUsd: 1, preference: -20 } }),
        failing({ b: 0.1 }),
        {
          streams: shared(),
        },
      ),
    ],
    expected: finding => {
      const change = changeOf(finding)
      expect(change).toMatchObject({ kind: 'module_preference', moduleId: 'b' })
      expect(finding.expected[0]?.to).toBeCloseTo((finding.expected[0]?.from ?? 0) / 4, 1)
    },
  },
  {
    analyzer: 'type-priority',
    truth: 'tasks with 3 s to go wait behind others of their level; in the twin the module has room',
    degraded: [
      plan([service('m', { types: ['work', 'bulk'], capacities: [4] })], steady, {
        streams: [
          { type: 'work', perHour: 2_000, shares: { m: 1 }, deadlineMs: 3_000 },
          { type: 'bulk', perHour: 11_600, shares: { m: 1 } },
        ],
        hours: 1,
      }),
    ],
    healthy: [
      plan([service('m', { types: ['work', 'bulk'], capacities: [9] })], steady, {
        streams: [
          { type: 'work', perHour: 2_000, shares: { m: 1 }, deadlineMs: 3_000 },
          { type: 'bulk', perHour: 11_600, shares: { m: 1 } },
        ],
        hours: 1,
      }),
    ],
    expected: finding => expect(changeOf(finding)).toEqual({ kind: 'type_priority', taskType: 'work', priority: 2 }),
  },
  {
    analyzer: 'missing-fallback',
    truth: 'the only service of a type is down for five minutes every two hours',
    degraded: [plan([service('m', { retry: { ...retry, maxAttempts: 1 } })], outages)],
    healthy: [plan([service('m', { retry: { ...retry, maxAttempts: 1 } })], failing({ m: 0.005 }))],
    expected: finding => expect(finding.act).toMatchObject({ kind: 'advice', change: null }),
  },
  {
    analyzer: 'missing-fallback',
    truth: 'the only enabled service is down while another one is disabled',
    degraded: [
      plan([service('m', { retry: { ...retry, maxAttempts: 1 } }), service('spare', { enabled: false })], outages),
    ],
    healthy: [
      plan([service('m', { retry: { ...retry, maxAttempts: 1 } }), service('spare', { enabled: false })], steady),
    ],
    expected: finding =>
      expect(finding.act).toEqual({
        kind: 'change',
        change: { kind: 'module_enabled', moduleId: 'spare', enabled: true },
      }),
  },
  {
    analyzer: 'retirement',
    truth: 'one of three services never gets work; in the twin it is one of two, so the other one needs it',
    degraded: [plan([service('a'), service('b'), service('idle')], steady, { streams: shared() })],
    healthy: [
      plan([service('a'), service('idle')], steady, { streams: [{ type: 'work', perHour: 2_000, shares: { a: 1 } }] }),
    ],
    expected: finding =>
      expect(changeOf(finding)).toEqual({ kind: 'module_enabled', moduleId: 'idle', enabled: false }),
  },
]

function rivals(changes: Record<string, Partial<ModuleRecord>>): ModuleRecord[] {
  return ['a', 'b'].map(id => service(id, changes[id]))
}

function shared(): TrafficPlan['streams'] {
  return [{ type: 'work', perHour: 2_000, shares: { a: 0.8, b: 0.2 } }]
}

function failing(shares: Record<string, number>) {
  return ({ moduleId, draw }: PlannedCall): CallOutcome => ({
    durationMs: around(500, 0.3, draw),
    errorCode: draw() < (shares[moduleId] ?? 0) ? 'HTTP_409' : null,
  })
}

function outages({ at, draw }: PlannedCall): CallOutcome {
  return { durationMs: around(200, 0.3, draw), errorCode: at % (120 * minuteMs) < 5 * minuteMs ? 'HTTP_500' : null }
}

describe.each(cases)('$analyzer: $truth', ({ analyzer, degraded, healthy, expected }) => {
  test('finds it and names the right value', () => {
    const [traffic, options] = degraded
    const { findings } = analyzePlan(traffic, { ...options, analyzers: [analyzer] })
    expect(findings.length).toBe(1)
    const [finding] = findings
    if (!finding) return
    expect(findingSchema.parse(JSON.parse(JSON.stringify(finding)))).toEqual(finding)
    expected(finding)
    const [effect] = finding.expected
    if (!effect) throw new Error('nothing is expected of it')
    expect(effect.low).toBeLessThanOrEqual(effect.to)
    expect(effect.high).toBeGreaterThanOrEqual(effect.to)
    expect(effect.better === 'lower' ? effect.from - effect.to : effect.to - effect.from).toBeGreaterThanOrEqual(0)
    expect(finding.confidence).toBeGreaterThan(0.5)
  })

  test('says nothing of its healthy twin', () => {
    const [traffic, options] = healthy
    expect(analyzePlan(traffic, { ...options, analyzers: [analyzer] }).findings).toEqual([])
  })
})

test('every analyzer is in these tests', () => {
  expect([...new Set(cases.map(({ analyzer }) => analyzer))].toSorted()).toEqual(
    analyzers.map(({ id }) => id).toSorted(),
  )
})
