import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CallWindow } from './call-window.ts'

const start = Date.UTC(2026, 0, 1)

test('counts what happened in the last minute in steps of 5 s, oldest first', () => {
  const window = new CallWindow()
  window.recordFailure(start, 40)
  window.recordSuccess(start + 5_000, 10)
  window.recordSuccess(start + 5_001, 10)
  window.recordRejection(start + 59_999)
  const { buckets, ...rest } = window.summarize(start + 59_999)
  expect(rest).toEqual({
    seconds: 60,
    bucketSeconds: 5,
    calls: 3,
    failures: 1,
    failureRate: 1 / 3,
    p50Ms: expect.closeTo(10, 0),
    p95Ms: expect.closeTo(40, -1),
    p99Ms: expect.closeTo(40, -1),
  })
  expect(buckets).toHaveLength(12)
  expect(buckets[0]).toEqual({ successes: 0, failures: 1, rejections: 0 })
  expect(buckets[1]).toEqual({ successes: 2, failures: 0, rejections: 0 })
  expect(buckets[11]).toEqual({ successes: 0, failures: 0, rejections: 1 })
})

test('an empty window has a failure rate of 0 and no latencies', () => {
  expect(new CallWindow().summarize(start)).toMatchObject({ calls: 0, failureRate: 0, p50Ms: null, p99Ms: null })
})

test('at any time it holds exactly the calls of its last twelve steps, whatever pauses lie between them', () => {
  const pauses = fc.array(fc.oneof(fc.nat(4_000), fc.nat(70_000)), { maxLength: 80, size: 'max' })
  fc.assert(
    fc.property(fc.nat(10_000), pauses, (begin, steps) => {
      const window = new CallWindow()
      const times: number[] = []
      let now = begin
      for (const pause of steps) {
        now += pause
        times.push(now)
        window.recordFailure(now, 1)
        const oldest = Math.floor(now / 5_000) - 11
        const { failures, buckets } = window.summarize(now)
        expect(failures).toBe(times.filter(time => Math.floor(time / 5_000) >= oldest).length)
        expect(buckets.reduce((sum, bucket) => sum + bucket.failures, 0)).toBe(failures)
      }
    }),
  )
})

test('a clock set back a little loses nothing; set back by more than the window, it begins anew', () => {
  const window = new CallWindow()
  window.recordSuccess(start, 1)
  window.recordSuccess(start - 30_000, 1)
  expect(window.summarize(start - 30_000).calls).toBe(2)
  window.recordSuccess(start - 3_600_000, 1)
  expect(window.summarize(start - 3_600_000).calls).toBe(1)
  expect(window.summarize(start - 3_600_000 + 60_000).calls).toBe(0)
})
