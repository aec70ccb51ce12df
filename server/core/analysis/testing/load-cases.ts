import { expect } from 'vitest'
import { type AnalyzerCase, changeOf, minuteMs, plan, steady } from './analyzer-case.ts'
import { service } from './fleet.ts'
import { around } from './traffic.ts'

/** A quarter of the tasks most of the time, all of them for one minute of five. */
const inWaves = (at: number) => (at % (5 * minuteMs) < minuteMs ? 1 : 0.25)
const busy = (perHour: number) => [{ type: 'work', perHour, shares: { m: 1 } }]

/** Where work waits or instances are overloaded. */
export const loadCases: AnalyzerCase[] = [
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
]
