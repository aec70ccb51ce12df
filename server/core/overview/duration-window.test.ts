import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DurationWindow } from './duration-window.ts'

const minute = 60_000
const start = Date.UTC(2026, 10, 21)

test('nothing recorded has no mean and no percentiles', () => {
  expect(new DurationWindow().stats(start)).toEqual({ count: 0, meanMs: null, p50Ms: null, p95Ms: null, p99Ms: null })
})

test('count and mean are exact, percentiles within 6.25 %', () => {
  const window = new DurationWindow()
  for (let ms = 1; ms <= 1_000; ms++) window.record(start, ms)
  const stats = window.stats(start)
  expect(stats).toMatchObject({ count: 1_000, meanMs: 500.5 })
  for (const [found, true_] of [
    [stats.p50Ms, 500],
    [stats.p95Ms, 950],
    [stats.p99Ms, 990],
  ] as const) {
    expect(Math.abs((found ?? 0) - true_) / true_).toBeLessThan(0.0625)
  }
})

test('what is older than five minutes is forgotten, what is younger than four is not, whenever it is looked at', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(10 * minute), { minLength: 1, maxLength: 60 }),
      fc.nat(10 * minute),
      (offsets, lookAfter) => {
        const window = new DurationWindow()
        const times = offsets.toSorted((a, b) => a - b)
        for (const time of times) window.record(start + time, 10)
        const now = (times.at(-1) ?? 0) + lookAfter
        const { count } = window.stats(start + now)
        expect(count).toBeGreaterThanOrEqual(times.filter(time => now - time < 4 * minute).length)
        expect(count).toBeLessThanOrEqual(times.filter(time => now - time < 5 * minute).length)
      },
    ),
  )
})

test('a clock that is set back loses nothing', () => {
  const window = new DurationWindow()
  window.record(start, 10)
  window.record(start - 60 * minute, 20)
  expect(window.stats(start - 60 * minute)).toMatchObject({ count: 2, meanMs: 15 })
})
