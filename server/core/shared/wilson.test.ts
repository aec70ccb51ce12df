import fc from 'fast-check'
import { expect, test } from 'vitest'
import { estimateShare } from './wilson.ts'

test('before anything has ended nothing is estimated', () => {
  expect(estimateShare(0, 0)).toBeNull()
})

test('the interval holds the share itself, lies within 0 and 1, and narrows as the sample grows', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.double({ min: 0, max: 1, noNaN: true }), (ended, share) => {
      const succeeded = Math.round(ended * share)
      const small = estimateShare(ended, succeeded)
      const large = estimateShare(ended * 4, succeeded * 4)
      if (!small || !large) throw new Error('nothing was estimated')
      expect(small.low).toBeGreaterThanOrEqual(0)
      expect(small.high).toBeLessThanOrEqual(1)
      expect(small.low).toBeLessThanOrEqual(small.rate + 1e-12)
      expect(small.high).toBeGreaterThanOrEqual(small.rate - 1e-12)
      expect(large.high - large.low).toBeLessThan(small.high - small.low)
    }),
  )
})

test('ten of ten is no certainty: at least 72 % are to be expected', () => {
  expect(estimateShare(10, 10)).toEqual({ rate: 1, low: expect.closeTo(0.7225, 3), high: 1 })
  expect(estimateShare(20, 15)).toEqual({
    rate: 0.75,
    low: expect.closeTo(0.5313, 3),
    high: expect.closeTo(0.8881, 3),
  })
})
