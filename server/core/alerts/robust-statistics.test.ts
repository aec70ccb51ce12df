import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type BudgetSample, burnOver, multiwindowBurn, noteSample } from './error-budget.ts'
import { RefusalMeter } from './refusal-meter.ts'
import { baselineOf, medianOf, robustDeviation, trendOf } from './robust-statistics.ts'
import { SeriesMemory } from './series-memory.ts'

const number = fc.double({ noNaN: true, min: -1e6, max: 1e6 })

describe('what is usual', () => {
  test('is not moved by outliers: with fewer than half of them the median stays among the others', () => {
    fc.assert(
      fc.property(fc.array(number, { minLength: 5, maxLength: 50 }), values => {
        const outliers = Array.from({ length: Math.floor((values.length - 1) / 2) }, () => 1e12)
        expect(medianOf([...values, ...outliers])).toBeLessThanOrEqual(Math.max(...values))
      }),
    )
  })

  test('is the median, and the median of the distances from it', () => {
    fc.assert(
      fc.property(fc.array(number, { minLength: 1, maxLength: 60 }), values => {
        const { median, mad } = baselineOf(values)
        expect(median).toBe(medianOf(values))
        expect(mad).toBe(medianOf(values.map(value => Math.abs(value - median))))
      }),
    )
  })

  test('the deviation of normal values is their distance in standard deviations', () => {
    // Quantiles of the normal distribution with mean 100 and standard deviation 15.
    const values = [
      75.3, 80.8, 84.4, 87.4, 90.0, 92.2, 94.3, 96.2, 98.1, 100, 101.9, 103.8, 105.7, 107.8, 110, 112.6, 115.6, 119.2,
      124.7,
    ]
    expect(robustDeviation(145, baselineOf(values), 0.5)).toBeCloseTo(3, 0)
  })

  test('of a series that never moves is exact, and a small change is none', () => {
    const flat = baselineOf(Array.from({ length: 30 }, () => 100))
    expect(robustDeviation(99, flat, 0.5)).toBeGreaterThan(-3.5)
    expect(robustDeviation(90, flat, 0.5)).toBeLessThan(-3.5)
  })
})

test('a trend is the slope of the line whatever a few points do', () => {
  const values = Array.from({ length: 40 }, (_, index) => (index % 10 === 5 ? 0 : 100 - index / 2))
  const { slope, tau } = trendOf(values)
  expect(slope).toBeCloseTo(-0.5, 1)
  expect(tau).toBeLessThan(-0.6)
  expect(trendOf([3, 3, 3])).toEqual({ slope: 0, tau: 0 })
})

test('series keep an hour by the minute, and know nothing before a quarter of one', () => {
  const series = new SeriesMemory()
  for (let minute = 0; minute < 200; minute++) {
    series.note('k', minute === 199 ? 999 : minute, minute * 60_000)
    if (minute === 10) expect(series.baseline('k')).toBeNull()
  }
  expect(series.values('k')).toHaveLength(60)
  expect(series.baseline('k')).toMatchObject({ values: 59, median: 169 })
  series.keepNoted(0)
  expect(series.baseline('k')).toBeNull()
})

describe('the error budget', () => {
  const at = (minute: number, good: number, bad: number): BudgetSample => ({ at: minute * 60_000, good, bad })

  test('counts one sample a minute, of six hours', () => {
    let samples: readonly BudgetSample[] = []
    for (let second = 0; second < 8 * 3_600; second += 2)
      samples = noteSample(samples, { at: second * 1_000, good: second, bad: 0 })
    expect(samples.length).toBeLessThanOrEqual(362)
    expect(samples.length).toBeGreaterThanOrEqual(360)
  })

  test('at exactly the allowed share of failures burns once, and says nothing of too few tasks', () => {
    expect(burnOver([at(0, 0, 0)], at(5, 990, 10), 300_000, 99).rate).toBeCloseTo(1)
    expect(burnOver([at(0, 0, 0)], at(5, 10, 9), 300_000, 99).rate).toBeNull()
  })

  test('needs both windows: failures of an hour ago alone do not count, nor does one bad minute', () => {
    const windows = { longMs: 3_600_000, shortMs: 300_000 }
    const over = Array.from({ length: 61 }, (_, minute) =>
      at(minute, 1_000 + minute * 100, minute > 20 ? 2_000 : minute * 100),
    )
    expect(multiwindowBurn(over, at(61, 7_200, 2_000), windows, 99)?.value).toBe(0)
    const young = Array.from({ length: 61 }, (_, minute) => at(minute, minute * 1_000, 0))
    expect(multiwindowBurn(young, at(61, 60_500, 500), windows, 99)?.value).toBeLessThan(1)
  })
})

test('refused submissions are those of the last minute, over all replicas and their restarts', () => {
  const meter = new RefusalMeter()
  meter.note([{ id: 'a', refused: 50 }], 0)
  expect(meter.lastMinute).toBe(0)
  meter.note(
    [
      { id: 'a', refused: 60 },
      { id: 'b', refused: 900 },
    ],
    2_000,
  )
  meter.note(
    [
      { id: 'a', refused: 4 },
      { id: 'b', refused: 901 },
    ],
    4_000,
  )
  expect(meter.lastMinute).toBe(15)
  meter.note(
    [
      { id: 'a', refused: 4 },
      { id: 'b', refused: 901 },
    ],
    63_000,
  )
  expect(meter.lastMinute).toBe(5)
})
