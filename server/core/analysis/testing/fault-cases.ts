import { expect } from 'vitest'
import { type AnalyzerCase, breaker, changeOf, minuteMs, plan, retry } from './analyzer-case.ts'
import { episode, service } from './fleet.ts'
import { around } from './traffic.ts'

let calls = 0
const isEverySecond = () => calls++ % 2 === 0

/** Limits, retries and breakers. */
export const faultCases: AnalyzerCase[] = [
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
]
