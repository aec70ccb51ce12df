import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { describeUsd, sumMoney } from '../shared/money.ts'
import { isSignificantlyWorse } from './cost-choice.ts'
import { noEvidence } from './service-record.ts'
import { costOfCall, expectedCostUsd, expectedSeconds, rankingCost } from './task-cost.ts'

const usd = fc.double({ min: 0, max: 100_000, noNaN: true })

test('the ranking cost is base × (expected seconds / 3600) × (1 + utilization)', () => {
  expect(rankingCost(36, 100, 0)).toBeCloseTo(1)
  expect(rankingCost(36, 100, 0.5)).toBeCloseTo(1.5)
  expect(rankingCost(0, 100, 1)).toBe(0)
})

test('expected seconds are the learned mean times the complexity; a second is assumed without history', () => {
  expect(expectedSeconds(2_500, 4)).toBe(10)
  expect(expectedSeconds(null, 3)).toBe(3)
})

test('what a call is expected to cost has no utilization in it, and grows with price, duration and complexity', () => {
  fc.assert(
    fc.property(
      usd,
      fc.integer({ min: 1, max: 1e7 }),
      fc.integer({ min: 1, max: 1_000 }),
      (price, meanMs, complexity) => {
        const cost = expectedCostUsd(price, meanMs, complexity)
        expect(cost).toBeCloseTo((price * meanMs * complexity) / 3_600_000, 5)
        expect(expectedCostUsd(price, meanMs, complexity + 1)).toBeGreaterThanOrEqual(cost)
        expect(rankingCost(price, expectedSeconds(meanMs, complexity), 1)).toBeCloseTo(2 * cost, 5)
      },
    ),
  )
})

test('a millisecond at a dollar an hour is not rounded to nothing, and a clock that went back costs nothing', () => {
  expect(costOfCall(1, 1)).toBe(0.0000002778)
  expect(costOfCall(5, -3)).toBe(0)
})

test('sums of money are exact to ten decimals', () => {
  expect(sumMoney([0.1, 0.2])).toBe(0.3)
  expect(sumMoney(Array.from({ length: 1_000 }, () => 0.0000002778))).toBe(0.0002778)
})

test.each([
  [0, '$0'],
  [12.5, '$12.50'],
  [0.25, '$0.25'],
  [0.0040012, '$0.004001'],
  [0.0000002778, '$0.0000002778'],
])('%d is described as %s', (amount, words) => {
  expect(describeUsd(amount)).toBe(words)
})

describe('significantly worse', () => {
  const evidence = (successes: number, failures: number) => ({ ...noEvidence, successes, failures })

  test('is a matter of the difference and of how much is known', () => {
    expect(isSignificantlyWorse(evidence(97, 3), evidence(990, 10))).toBe(false)
    expect(isSignificantlyWorse(evidence(970, 30), evidence(990, 10))).toBe(true)
    expect(isSignificantlyWorse(evidence(80, 20), evidence(990, 10))).toBe(true)
    expect(isSignificantlyWorse(evidence(990, 10), evidence(80, 20))).toBe(false)
  })

  test('is what a service is of which too little is known', () => {
    expect(isSignificantlyWorse(evidence(19, 0), evidence(50, 50))).toBe(true)
    expect(isSignificantlyWorse(evidence(20, 0), evidence(50, 50))).toBe(false)
  })
})
