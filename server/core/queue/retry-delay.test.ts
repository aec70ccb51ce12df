import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSeededRandom } from '#server/testing/seeded-random.ts'
import { retryPolicySchema } from '../../contracts/modules.ts'
import { retryDelayMs } from './retry-delay.ts'

const exponential = retryPolicySchema.parse({})
const almostOne = () => 1 - Number.EPSILON

describe('exponential back-off', () => {
  test('allows, by default, four attempts with ceilings of 1, 2, 4, 8, 16 and then 30 s', () => {
    expect(exponential.maxAttempts).toBe(4)
    const ceilings = [1, 2, 3, 4, 5, 6, 7, 100].map(attempts => retryDelayMs(exponential, attempts, almostOne))
    expect(ceilings).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000])
  })

  test('has full jitter: any delay from nothing to the ceiling, and each as likely', () => {
    const random = createSeededRandom(1)
    const delays = Array.from({ length: 20_000 }, () => retryDelayMs(exponential, 3, random))
    const perTenth = Array.from(
      { length: 10 },
      (_, tenth) => delays.filter(ms => ms >= tenth * 400 && ms < (tenth + 1) * 400).length,
    )
    for (const count of perTenth) expect(Math.abs(count - 2_000)).toBeLessThan(200)
    expect(Math.min(...delays)).toBeLessThan(10)
    expect(Math.max(...delays)).toBeGreaterThan(3_990)
  })
})

test('linear back-off waits 5, 10, 15 s, never more than its cap, and has no jitter', () => {
  const linear = { ...exponential, backoff: 'linear' as const, baseMs: 5_000 }
  const delays = [1, 2, 3, 6, 7].map(attempts => retryDelayMs(linear, attempts, almostOne))
  expect(delays).toEqual([5_000, 10_000, 15_000, 30_000, 30_000])
  expect(retryDelayMs(linear, 2, () => 0)).toBe(10_000)
})

test('no policy waits less than nothing, longer than its cap, or part of a millisecond', () => {
  const policies = fc.record({
    maxAttempts: fc.constant(100),
    backoff: fc.constantFrom<'exponential' | 'linear'>('exponential', 'linear'),
    baseMs: fc.integer({ min: 1, max: 3_600_000 }),
    factor: fc.double({ min: 1, max: 10, noNaN: true }),
    capMs: fc.integer({ min: 1, max: 86_400_000 }),
    retryOn: fc.constant<string[]>([]),
  })
  fc.assert(
    fc.property(policies, fc.integer({ min: 1, max: 1_000 }), fc.nat(), (policy, attempts, seed) => {
      const delayMs = retryDelayMs(policy, attempts, createSeededRandom(seed))
      expect(Number.isInteger(delayMs)).toBe(true)
      expect(delayMs).toBeGreaterThanOrEqual(0)
      expect(delayMs).toBeLessThanOrEqual(policy.capMs)
    }),
  )
})
