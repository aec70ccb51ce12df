import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LatencyHistogram } from './latency-histogram.ts'

function record(...latencies: number[]): LatencyHistogram {
  const histogram = new LatencyHistogram()
  for (const latency of latencies) histogram.record(latency)
  return histogram
}

test('every percentile is within 6.25 % (or 1/16 ms) of the sorted truth', () => {
  const latencies = fc.array(
    fc.oneof(fc.double({ min: 0, max: 50, noNaN: true }), fc.integer({ min: 0, max: 3_600_000 })),
    {
      minLength: 1,
      maxLength: 300,
      size: 'max',
    },
  )
  fc.assert(
    fc.property(latencies, fc.constantFrom(0.01, 0.5, 0.95, 0.99, 1), (values, fraction) => {
      const truth = values.toSorted((a, b) => a - b)[Math.ceil(fraction * values.length) - 1] ?? Number.NaN
      const answer = record(...values).percentile(fraction) ?? Number.NaN
      expect(Math.abs(answer - truth)).toBeLessThanOrEqual(Math.max(truth * 0.0625, 0) + 1 / 16 + 1e-9)
    }),
    { numRuns: 1_000 },
  )
})

test('two histograms merged are as if all had been recorded in one', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(100_000)), fc.array(fc.nat(100_000)), (first, second) => {
      const merged = record(...first)
      merged.merge(record(...second))
      const whole = record(...first, ...second)
      expect(merged.total).toBe(whole.total)
      expect(merged.percentile(0.95)).toBe(whole.percentile(0.95))
    }),
  )
})

test('has no percentile before the first record, and none again once cleared', () => {
  const histogram = new LatencyHistogram()
  expect(histogram.percentile(0.5)).toBeNull()
  histogram.record(12)
  histogram.clear()
  expect(histogram.percentile(0.5)).toBeNull()
})

test('takes what no clock should give: negative, endless, and longer than 32 bits of steps', () => {
  expect(record(-5).percentile(1)).toBe(0)
  expect(record(2 ** 29 + 2.5).percentile(1)).toBeGreaterThan(3_600_000)
  expect(record(Number.POSITIVE_INFINITY).percentile(1)).toBeGreaterThan(3_600_000)
})
