import { expect } from 'vitest'
import type { ModuleRecord } from '../../registry/module-record.ts'
import { type AnalyzerCase, changeOf, failing, minuteMs, plan, retry, steady } from './analyzer-case.ts'
import { service } from './fleet.ts'
import { around, type CallOutcome, type PlannedCall, type TrafficPlan } from './traffic.ts'

/** Which service does what, and what if it is away. */
export const serviceCases: AnalyzerCase[] = [
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

function outages({ at, draw }: PlannedCall): CallOutcome {
  return { durationMs: around(200, 0.3, draw), errorCode: at % (120 * minuteMs) < 5 * minuteMs ? 'HTTP_500' : null }
}
