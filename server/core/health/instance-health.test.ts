import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import type { DriverHealth } from '../queue/driver.ts'
import { stateOf } from './aggregate.ts'
import { InstanceHealth, type InstanceReport } from './instance-health.ts'

const intervalMs = 30_000
let health: InstanceHealth
let now: number

beforeEach(() => {
  health = newHealth()
  now = 1_000_000
})

function newHealth(): InstanceHealth {
  return new InstanceHealth({ signOfLifeMs: 2 * intervalMs, staleMs: 3 * intervalMs })
}

function result(status: DriverHealth['status'], reason: string | null = null): DriverHealth {
  return { status, load: null, latencyMs: 12, reason }
}

const pass = (afterMs = intervalMs) => health.checked(result('healthy'), (now += afterMs))
const fail = (afterMs = 2_000) => health.checked(result('unhealthy', 'cannot be reached: refused'), (now += afterMs))
const call = (ok: boolean, afterMs = 100) => health.called(ok, (now += afterMs))

function report(status: InstanceReport['status'], ttlMs = 90_000): InstanceReport {
  return { status, load: 0.5, by: 'Watchdog', reason: 'disk full', at: now, expiresAt: now + ttlMs }
}

describe('active checks', () => {
  test('nothing seen is unknown, without a score', () => {
    expect(health.reading).toMatchObject({ state: 'unknown', score: null, at: null })
  })

  test('the first pass makes it healthy, and says how fast it answered', () => {
    pass()
    expect(health.reading).toEqual({ state: 'healthy', score: 100, reason: 'Checks pass in 12 ms', at: now })
  })

  test('one that never passed is unhealthy with its first failure, and healthy with its first pass', () => {
    fail()
    expect(health.reading).toMatchObject({ state: 'unhealthy', score: 0 })
    expect(health.reading.reason).toContain('no check has passed yet: it cannot be reached: refused')
    pass(2_000)
    expect(health.reading.state).toBe('healthy')
  })

  test('one failure after passes is doubt, two in a row are down', () => {
    pass()
    fail()
    expect(health.reading).toMatchObject({ state: 'degraded', score: 80 })
    fail()
    expect(health.reading).toMatchObject({ state: 'unhealthy', score: 0 })
    expect(health.reading.reason).toContain('2 checks in a row failed')
  })

  test('it is trusted again only after two passes in a row', () => {
    pass()
    fail()
    fail()
    pass(2_000)
    expect(health.reading.state).toBe('degraded')
    fail()
    expect(health.reading.state).toBe('degraded')
    pass(2_000)
    expect(health.reading.state).toBe('degraded')
    pass(2_000)
    expect(health.reading).toMatchObject({ state: 'healthy', score: 100 })
  })

  test('checks that pass and fail in turn make one change, not one each', () => {
    pass()
    const states = Array.from({ length: 20 }, (_, index) => {
      if (index % 2 === 0) fail()
      else pass(2_000)
      return health.reading.state
    })
    expect(new Set(states)).toEqual(new Set(['degraded']))
  })

  test('degraded by its own word is degraded', () => {
    health.checked(result('degraded', 'says it is degraded: cache cold'), now)
    expect(health.reading).toMatchObject({ state: 'degraded', score: 80 })
    expect(health.reading.reason).toContain('it says it is degraded: cache cold')
  })

  test('the next check comes soon after a failure or a recovery, and ever later while it stays down', () => {
    const next = () => health.nextCheckDelayMs(intervalMs, 2_000)
    pass()
    expect(next()).toBe(intervalMs)
    const delays = Array.from({ length: 7 }, () => {
      fail()
      return next()
    })
    expect(delays).toEqual([2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000])
    pass(2_000)
    expect(next()).toBe(2_000)
    pass(2_000)
    expect(next()).toBe(intervalMs)
  })

  test('what was seen long ago says nothing about now', () => {
    pass()
    fail(4 * intervalMs)
    expect(health.reading).toMatchObject({ state: 'unhealthy', score: 0 })
  })
})

describe('busy is not dead', () => {
  test('while calls go on succeeding, failing checks are doubt', () => {
    pass()
    fail()
    fail()
    expect(health.reading.state).toBe('unhealthy')
    call(true)
    expect(health.reading).toMatchObject({ state: 'degraded', score: 80 })
    expect(health.reading.reason).toContain('but calls go on succeeding')
    fail()
    expect(health.reading.state).toBe('degraded')
  })

  test('a call that succeeded before checks began to fail is no sign of life', () => {
    pass()
    call(true)
    fail()
    fail()
    expect(health.reading.state).toBe('unhealthy')
  })

  test('a sign of life ends with the next failed call, or by itself', () => {
    pass()
    fail()
    call(true)
    fail()
    call(false)
    fail()
    expect(health.reading.state).toBe('unhealthy')
    call(true)
    expect(health.reading.state).toBe('degraded')
    fail(2 * intervalMs)
    expect(health.reading.state).toBe('unhealthy')
  })

  test('full load never lowers the score', () => {
    pass()
    health.checked({ ...result('healthy'), load: 1 }, now)
    expect(health.reading).toMatchObject({ state: 'healthy', score: 100 })
    expect(health.evidence(now, 10, 10).saturation).toMatchObject({
      standing: '100 %',
      evidence: '10 of 10 calls from here; it says 100 %',
    })
  })
})

describe('real calls', () => {
  test('alone never make it unhealthy: an instance that passes its checks stays callable, its breaker guards it', () => {
    pass()
    for (let i = 0; i < 1_000; i++) call(false)
    expect(health.reading.state).toBe('degraded')
    expect(health.reading.score).toBeGreaterThanOrEqual(70)
    expect(health.reading.score).toBeLessThan(75)
    expect(health.reading.reason).toMatch(
      /^100 % liveness \(checks pass in 12 ms\) × 7\d % correctness \(0 % of recent/,
    )
  })

  test('a failure or three change nothing; four in a row do', () => {
    pass()
    for (let i = 0; i < 3; i++) call(false)
    expect(health.reading.state).toBe('healthy')
    call(false)
    expect(health.reading.state).toBe('degraded')
  })

  test('with a failed check on top make it unhealthy', () => {
    pass()
    for (let i = 0; i < 50; i++) call(false)
    fail()
    expect(health.reading.state).toBe('unhealthy')
  })

  test('evidence fades: what failed ten minutes ago is forgiven', () => {
    pass()
    for (let i = 0; i < 50; i++) call(false)
    health.settle((now += 600_000))
    expect(health.reading).toMatchObject({ state: 'healthy' })
  })

  test('succeeding before any check make it healthy', () => {
    call(true)
    expect(health.reading).toMatchObject({ state: 'healthy', score: 100, at: now })
  })

  test('around the share of failures where it becomes degraded, it does not change back and forth', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.4, max: 0.46, noNaN: true }),
        fc.array(fc.nat(999), { minLength: 2_000, maxLength: 2_000 }),
        (share, draws) => {
          const watched = newHealth()
          let at = 0
          watched.checked(result('healthy'), at)
          let changes = 0
          for (const draw of draws) {
            const before = watched.reading.state
            watched.called(draw / 1_000 >= share, (at += 100))
            if (watched.reading.state !== before) changes += 1
          }
          expect(changes).toBeLessThanOrEqual(8)
        },
      ),
      { numRuns: 50 },
    )
  })
})

describe('reports', () => {
  test('are believed until they expire', () => {
    pass()
    health.reported(report('unhealthy'))
    expect(health.reading).toMatchObject({ state: 'unhealthy', score: 50 })
    expect(health.reading.reason).toContain('reported unhealthy by Watchdog: disk full')
    pass()
    expect(health.reading.state).toBe('unhealthy')
    health.settle(now + 90_000)
    expect(health.reading.state).toBe('healthy')
  })

  test('a newer one takes the place of the one before', () => {
    health.reported(report('unhealthy'))
    health.reported(report('healthy'))
    expect(health.reading).toMatchObject({ state: 'healthy', score: 100 })
  })

  test('that all is well do not outweigh checks that fail', () => {
    pass()
    fail()
    fail()
    health.reported(report('healthy'))
    expect(health.reading.state).toBe('unhealthy')
  })
})

test('a score always agrees with its state, whatever happens in whatever order', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('check'), status: fc.constantFrom('healthy', 'degraded', 'unhealthy') }),
    fc.record({ kind: fc.constant('call'), ok: fc.boolean() }),
    fc.record({ kind: fc.constant('report'), status: fc.constantFrom('healthy', 'degraded', 'unhealthy') }),
    fc.record({ kind: fc.constant('settle') }),
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(step, fc.nat(60_000)), { maxLength: 60 }), steps => {
      const watched = newHealth()
      let at = 0
      for (const [each, afterMs] of steps) {
        at += afterMs
        if ('ok' in each) watched.called(each.ok, at)
        else if (!('status' in each)) watched.settle(at)
        else if (each.kind === 'check') watched.checked(result(each.status, 'is so'), at)
        else watched.reported({ ...report(each.status), at, expiresAt: at + 90_000 })
        const { state, score } = watched.reading
        expect(state).toBe(score === null ? 'unknown' : stateOf(score))
        expect(score === null || (score >= 0 && score <= 100)).toBe(true)
      }
    }),
  )
})
