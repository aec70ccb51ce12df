import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { priorityAliases, queuePolicyInput } from '../../contracts/tasks.ts'
import { levelOf, defaultQueuePolicy as policy, priorityOf, rankOf, scoreOf } from './priority.ts'

const minutes = 60_000
const acceptedAt = Date.UTC(2026, 10, 21)

describe('the priority number', () => {
  test('has the aliases critical 1, high 2, medium 3, normal 5, low 7, batch 10', () => {
    expect(priorityAliases).toEqual({ critical: 1, high: 2, medium: 3, normal: 5, low: 7, batch: 10 })
    for (const [alias, number] of Object.entries(priorityAliases)) {
      expect(priorityOf(policy, 'email', alias as keyof typeof priorityAliases)).toBe(number)
    }
  })

  test.each([
    [1, ['critical_alert', 'emergency']],
    [2, ['deployment', 'payment', 'sale', 'proposal', 'quote', 'pricing']],
    [3, ['health_check', 'estimate', 'customer_onboarding']],
    [5, ['monitoring', 'data_sync', 'analysis', 'email', 'anything.else']],
    [7, ['analytics', 'reporting']],
    [10, ['maintenance', 'cleanup']],
  ])('is %i by default for %j', (number, types) => {
    for (const type of types) expect(priorityOf(policy, type, undefined)).toBe(number)
  })

  test('that a submission names goes before the default of its type', () => {
    expect(priorityOf(policy, 'cleanup', 1)).toBe(1)
    expect(priorityOf(policy, 'emergency', 'batch')).toBe(10)
  })

  test('follows the map that operators edited', () => {
    const edited = { ...policy, priorities: { email: 9 } }
    expect(priorityOf(edited, 'email', undefined)).toBe(9)
    expect(priorityOf(edited, 'cleanup', undefined)).toBe(5)
  })
})

describe('the score', () => {
  test('has level 4 for priority 1, 3 for 2, 2 for 3 to 5, 1 for 6 to 10', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(levelOf)).toEqual([4, 3, 2, 2, 2, 1, 1, 1, 1, 1])
  })

  test('is level times the multiplier of the type, and orders the sources’ four examples', () => {
    const scores = [
      scoreOf(policy, 'finance', priorityAliases.critical),
      scoreOf(policy, 'fraud_detection', priorityAliases.high),
      scoreOf(policy, 'video_generation', priorityAliases.high),
      scoreOf(policy, 'email', priorityAliases.normal),
    ]
    expect(scores.map(score => Math.round(score * 1e9) / 1e9)).toEqual([6, 4.5, 2.4, 2])
    expect(scoreOf(policy, 'crypto_prediction', 1)).toBeCloseTo(4.8)
    const ranks = scores.map(score => rankOf(acceptedAt, score))
    expect(ranks).toEqual(ranks.toSorted((a, b) => a - b))
  })

  test.each(['constructor', 'tostring', 'valueof', 'hasownproperty', '__proto__'])(
    'of a type that is called like a member of every object (%s) is that of any other type',
    type => {
      expect(priorityOf(policy, type, undefined)).toBe(5)
      expect(scoreOf(policy, type, 5)).toBe(2)
    },
  )
})

describe('the rank', () => {
  const times = fc.integer({ min: acceptedAt, max: acceptedAt + 60 * minutes })
  const scores = fc.double({ min: 0.1, max: 40, noNaN: true })

  test('is a whole number that never falls with time and never rises with the score', () => {
    fc.assert(
      fc.property(times, fc.nat(60 * minutes), scores, scores, (at, later, one, other) => {
        const rank = rankOf(at, one)
        expect(Number.isSafeInteger(rank)).toBe(true)
        expect(rankOf(at + later, one)).toBeGreaterThanOrEqual(rank)
        expect(rankOf(at, Math.max(one, other))).toBeLessThanOrEqual(rankOf(at, Math.min(one, other)))
      }),
    )
  })

  test('lets a task be overtaken by a higher score for five minutes per point of difference, and no longer', () => {
    fc.assert(
      fc.property(times, scores, scores, (at, one, other) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)]
        const boundMs = (high - low) * 5 * minutes
        expect(rankOf(at + boundMs + 2_000, high)).toBeGreaterThan(rankOf(at, low))
        if (boundMs > 2_000) expect(rankOf(at + boundMs - 2_000, high)).toBeLessThan(rankOf(at, low))
      }),
    )
  })

  test('keeps no class behind another for more than 199.5 minutes of arrivals, by whatever multipliers the policy allows', () => {
    const number = fc.integer({ min: 1, max: 10 })
    const multiplier = fc.double({ min: 0.1, max: 10, noNaN: true })
    fc.assert(
      fc.property(number, number, multiplier, multiplier, times, (priority, other, low, high, at) => {
        const edited = { ...policy, multipliers: { low, high } }
        expect(
          queuePolicyInput.safeParse({ version: 0, priorities: {}, multipliers: edited.multipliers }).success,
        ).toBe(true)
        const waiting = rankOf(at, scoreOf(edited, 'low', priority))
        const later = rankOf(at + 199.5 * minutes + 2_000, scoreOf(edited, 'high', other))
        expect(later).toBeGreaterThan(waiting)
      }),
    )
    for (const beyond of [0.09, 10.1, -1]) {
      expect(queuePolicyInput.safeParse({ version: 0, priorities: {}, multipliers: { a: beyond } }).success).toBe(false)
    }
  })

  test('keeps the lowest class behind the highest for 26 minutes of arrivals at most', () => {
    const lowest = rankOf(acceptedAt, scoreOf(policy, 'video_generation', 10))
    const highest = (afterMs: number) => rankOf(acceptedAt + afterMs, scoreOf(policy, 'finance', 1))
    expect(highest(26 * minutes - 1)).toBeLessThan(lowest)
    expect(highest(26 * minutes)).toBe(lowest)
    expect(highest(26 * minutes + 1_000)).toBeGreaterThan(lowest)
  })
})
