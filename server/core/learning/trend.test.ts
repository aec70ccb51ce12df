import { expect, test } from 'vitest'
import { createSeededRandom } from '#server/testing/seeded-random.ts'
import { trendOf } from './trend.ts'

/** A call each second: the earlier half by one truth, the later by another. */
function calls(count: number, before: { rate: number; ms: number }, after: { rate: number; ms: number }, seed = 1) {
  const random = createSeededRandom(seed)
  return Array.from({ length: count }, (_, index) => {
    const { rate, ms } = index < count / 2 ? before : after
    return { ok: random() < rate, durationMs: ms * (0.5 + random()), dispatchedAt: index * 1_000 }
  })
}

const usual = { rate: 0.9, ms: 100 }

test('a service that got worse or better is told apart from one that stays, in success and speed each', () => {
  const trend = (after: { rate: number; ms: number }) => {
    const { successTrend, speedTrend } = trendOf(calls(400, usual, after), 0, 400_000)
    return [successTrend, speedTrend]
  }
  expect(trend({ rate: 0.6, ms: 100 })).toEqual(['worse', 'steady'])
  expect(trend({ rate: 1, ms: 50 })).toEqual(['better', 'better'])
  expect(trend({ rate: 0.9, ms: 200 })).toEqual(['steady', 'worse'])
})

test('a service that stays as it is looks changed in about one of twenty histories', () => {
  const verdicts = Array.from({ length: 300 }, (_, seed) => trendOf(calls(200, usual, usual, seed + 1), 0, 200_000))
  for (const key of ['successTrend', 'speedTrend'] as const) {
    const changed = verdicts.filter(verdict => verdict[key] !== 'steady').length / verdicts.length
    expect(changed).toBeLessThan(0.09)
  }
})

test('few calls say nothing, and none have no course', () => {
  expect(trendOf(calls(30, usual, usual), 0, 30_000)).toMatchObject({ successTrend: 'unknown', speedTrend: 'unknown' })
  expect(trendOf([], 0, 1)).toEqual({ trend: [], successTrend: 'unknown', speedTrend: 'unknown' })
})

test('twelve slices hold every call once, whatever the order they come in', () => {
  const all = calls(240, usual, usual)
  const { trend } = trendOf(all.toReversed(), 0, 240_000)
  expect(trend).toHaveLength(12)
  expect(trend.map(({ calls: count }) => count)).toEqual(Array(12).fill(20))
  expect(trend.reduce((sum, { failures }) => sum + failures, 0)).toBe(all.filter(({ ok }) => !ok).length)
  expect(trend[1]?.at).toBe(new Date(20_000).toISOString())
})
