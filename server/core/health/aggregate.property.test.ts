import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type HealthMember, healthBands } from '../../contracts/health.ts'
import { bandOf, belowThreshold, breakdownOf, overallScore, stateOf, weightedMean } from './aggregate.ts'

const score = fc.double({ min: 0, max: 100, noNaN: true })
const weight = fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 1_000, noNaN: true }))
const members = fc.array(
  fc.record({ score, weight, kind: fc.constantFrom('system' as const, 'module' as const), id: fc.string() }).map(
    (fields): HealthMember => ({
      ...fields,
      name: fields.id,
      state: stateOf(fields.score),
      reason: '',
      checkedAt: null,
      since: null,
    }),
  ),
)

describe('the overall score', () => {
  test('is 60 % systems and 40 % modules when there are both', () => {
    fc.assert(
      fc.property(score, score, (systems, modules) => {
        expect(overallScore(systems, modules)).toBeCloseTo(0.6 * systems + 0.4 * modules, 0)
        expect(Math.abs(overallScore(systems, modules) - (0.6 * systems + 0.4 * modules))).toBeLessThanOrEqual(
          0.05 + 1e-9,
        )
      }),
    )
    expect(overallScore(50, 100)).toBe(70)
    expect(overallScore(100, 50)).toBe(80)
  })

  test('is the score of the one side when the other is empty, and 100 when nothing is known', () => {
    fc.assert(
      fc.property(score, one => {
        expect(overallScore(one, null)).toBe(overallScore(null, one))
        expect(Math.abs(overallScore(one, null) - one)).toBeLessThanOrEqual(0.05 + 1e-9)
      }),
    )
    expect(overallScore(null, null)).toBe(100)
  })

  test('never falls when a side gets better', () => {
    fc.assert(
      fc.property(score, score, score, (systems, modules, other) => {
        const [worse, better] = [Math.min(modules, other), Math.max(modules, other)]
        expect(overallScore(systems, worse)).toBeLessThanOrEqual(overallScore(systems, better))
        expect(overallScore(worse, systems)).toBeLessThanOrEqual(overallScore(better, systems))
      }),
    )
  })
})

describe('the mean of members', () => {
  test('lies between the best and the worst that count, whatever their weights', () => {
    fc.assert(
      fc.property(members, all => {
        const counting = all.filter(member => member.weight > 0).map(member => member.score)
        const mean = weightedMean(all)
        expect(mean === null).toBe(counting.length === 0)
        if (mean === null) return
        expect(mean).toBeGreaterThanOrEqual(Math.min(...counting) - 1e-9)
        expect(mean).toBeLessThanOrEqual(Math.max(...counting) + 1e-9)
      }),
    )
  })

  test('is the same when all weights are multiplied, and counts a member of double weight as two', () => {
    expect(
      weightedMean([
        { score: 100, weight: 2 },
        { score: 10, weight: 1 },
      ]),
    ).toBe(70)
    fc.assert(
      fc.property(members, fc.double({ min: 0.1, max: 10, noNaN: true }), (all, by) => {
        const mean = weightedMean(all)
        const scaled = weightedMean(all.map(member => ({ ...member, weight: member.weight * by })))
        expect(scaled === null).toBe(mean === null)
        expect(scaled ?? 0).toBeCloseTo(mean ?? 0, 6)
      }),
    )
  })

  test('leaves out members without weight', () => {
    fc.assert(
      fc.property(members, score, (all, ignored) => {
        expect(weightedMean([...all, { score: ignored, weight: 0 }])).toBe(weightedMean(all))
      }),
    )
  })
})

describe('bands', () => {
  test.each([
    [100, 'healthy'],
    [90, 'healthy'],
    [89.9, 'degraded'],
    [70, 'degraded'],
    [69.9, 'critical'],
    [50, 'critical'],
    [49.9, 'emergency'],
    [0, 'emergency'],
  ] as const)('%d is %s', (value, band) => {
    expect(bandOf(value)).toBe(band)
  })

  test('a member is unhealthy exactly below 70', () => {
    expect([90, 89.9, 70, 69.9].map(stateOf)).toEqual(['healthy', 'degraded', 'degraded', 'unhealthy'])
  })

  test('the breakdown counts every member that counts once, in the band of its own score', () => {
    fc.assert(
      fc.property(members, all => {
        const breakdown = breakdownOf(all)
        expect(Object.keys(breakdown).sort()).toEqual([...healthBands].sort())
        for (const band of healthBands) {
          expect(breakdown[band]).toBe(all.filter(member => member.weight > 0 && bandOf(member.score) === band).length)
        }
      }),
    )
  })
})

test('unhealthy members are exactly those that count and are strictly below the threshold, worst first', () => {
  fc.assert(
    fc.property(members, score, (all, threshold) => {
      const found = belowThreshold(all, threshold)
      expect(new Set(found)).toEqual(new Set(all.filter(member => member.weight > 0 && member.score < threshold)))
      expect(found.map(member => member.score)).toEqual(found.map(member => member.score).toSorted((a, b) => a - b))
    }),
  )
  const [at80, below] = [member('a', 80), member('b', 79.9)]
  expect(belowThreshold([at80, below], 80)).toEqual([below])
})

function member(id: string, value: number): HealthMember {
  return {
    id,
    name: id,
    kind: 'module',
    score: value,
    weight: 1,
    state: stateOf(value),
    reason: '',
    checkedAt: null,
    since: null,
  }
}
