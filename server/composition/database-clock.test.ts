import { describe, expect, test } from 'vitest'
import { DatabaseClock } from './database-clock.ts'

const databaseAt = Date.UTC(2026, 10, 21, 12)

/** A machine that was started `uptimeMs` ago and whose clock is off by `skewMs`. */
function machine(skewMs: number) {
  const state = { sinceMs: 0, skewMs }
  const clock = new DatabaseClock(
    () => state.sinceMs,
    () => databaseAt + state.sinceMs + state.skewMs,
  )
  return { state, clock, now: () => databaseAt + state.sinceMs }
}

describe('a clock that goes by the database', () => {
  test.each([0, 300_000, -300_000])('tells its time on a machine that is %i ms off', skewMs => {
    const { state, clock, now } = machine(skewMs)
    state.sinceMs = 100
    clock.learn(now() - 4, 8)
    expect(Math.abs(clock.now() - now())).toBeLessThanOrEqual(5)
    expect(Math.abs(clock.offsetMs - skewMs)).toBeLessThanOrEqual(5)
    state.sinceMs += 60_000
    expect(Math.abs(clock.now() - now())).toBeLessThanOrEqual(5)
  })

  test('does not jump when somebody sets the clock of the machine, and tells how far it is off then', () => {
    const { state, clock, now } = machine(0)
    clock.learn(now(), 0)
    state.skewMs = -300_000
    expect(clock.now()).toBe(now())
    expect(clock.offsetMs).toBe(-300_000)
  })

  test('is not moved by answers that took long and say no more than that', () => {
    const { state, clock, now } = machine(0)
    clock.learn(now(), 0)
    for (const wayMs of [2_000, 400, 90]) {
      state.sinceMs += 1_000
      // The whole way was spent before the database looked at its clock, or after.
      clock.learn(now(), wayMs)
      clock.learn(now() - wayMs, wayMs)
      expect(clock.now()).toBe(now())
    }
  })

  test('follows the database when that turns out to be another, as after a failover', () => {
    const { clock, now } = machine(0)
    clock.learn(now() + 10_000, 2)
    expect(clock.now() - now()).toBeGreaterThan(9_990)
  })
})
