import { describe, expect, test } from 'vitest'
import { createDraws } from '../../simulator/draw.ts'
import { around } from '../testing/traffic.ts'
import { fitCensored } from './censored.ts'
import { adjustHolm } from './holm.ts'
import { compareMeans, estimateMean, pOfShareAbove } from './samples.ts'
import { binomialAtLeast, binomialAtMost, normalAtLeast, poissonAtLeast, studentAtLeast } from './tails.ts'

describe('tails agree with published values', () => {
  test.each([
    ['binomial: 8 of 10 heads', binomialAtLeast(8, 10, 0.5), 56 / 1_024],
    ['binomial: none of 459 at one in a hundred', binomialAtMost(0, 459, 0.01), 0.99 ** 459],
    ['Poisson: 5 or more of mean 1', poissonAtLeast(5, 1), 0.003_659_85],
    ['Poisson: 1 or more of mean 10', poissonAtLeast(1, 10), 1 - Math.exp(-10)],
    ['Student: t = 2.228 with 10 degrees', studentAtLeast(2.228_14, 10), 0.025],
    ['normal: 1.96', normalAtLeast(1.959_964), 0.025],
    ['normal: 8', normalAtLeast(8), 6.22e-16],
  ])('%s', (_name, computed, published) => {
    expect(computed / published).toBeCloseTo(1, 3)
  })

  test('what cannot be has no probability, what must be has all, and nothing runs on for ever', () => {
    expect(poissonAtLeast(1_000_000, 1e-9)).toBe(0)
    expect(poissonAtLeast(0, 5)).toBe(1)
    expect(binomialAtLeast(0, 0, 0.5)).toBe(1)
    expect(binomialAtLeast(6, 5, 0.5)).toBe(0)
    expect(binomialAtMost(5, 5, 0.5)).toBe(1)
  })
})

test('Holm multiplies the smallest by all, the next by all but one, and keeps their order', () => {
  expect(adjustHolm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02])
})

test('a log-normal distribution is found again though a twentieth of it was cut off', () => {
  const draws = createDraws(11)
  const values = Array.from({ length: 20_000 }, () => around(1_000, 0.5, draws))
  const limit = 2_000
  const known = values.filter(value => value < limit)
  const fit = fitCensored(known.map(Math.log), Math.log(limit), values.length - known.length)
  // ln: mean ln 1000 - 0.125, deviation 0.5; 3.09 deviations above.
  expect((fit?.quantile(0.001) ?? 0) / Math.exp(Math.log(1_000) - 0.125 + 3.09 * 0.5)).toBeCloseTo(1, 1)
})

/** How often a test at 5 % is wrong about samples of which nothing is true, by simulation. */
function falseShare(p: (draws: () => number) => number): number {
  let wrong = 0
  for (let round = 0; round < 1_000; round++) if (p(createDraws(round)) < 0.05) wrong++
  return wrong / 1_000
}

const sample = (size: number, draws: () => number) =>
  Array.from({ length: size }, () => Math.log(around(100, 0.5, draws)))
const hits = (size: number, share: number, draws: () => number) =>
  Array.from({ length: size }, draws).filter(drawn => drawn < share).length

describe('p-values are below 0.05 in about one of twenty samples with nothing in them, not more', () => {
  test.each([
    ['a mean', (draws: () => number) => estimateMean(sample(12, draws), Math.log(100) - 0.125)?.pAbove ?? 1],
    [
      'a difference of means',
      (draws: () => number) => compareMeans(sample(40, draws), sample(60, draws), 0)?.pBelow ?? 1,
    ],
    [
      'a difference of shares',
      (draws: () => number) =>
        pOfShareAbove({ hits: hits(80, 0.1, draws), size: 80 }, { hits: hits(200, 0.1, draws), size: 200 }, 0),
    ],
    ['a share', (draws: () => number) => binomialAtLeast(hits(200, 0.05, draws), 200, 0.05)],
  ])('%s', (_name, p) => {
    expect(falseShare(p)).toBeLessThan(0.07)
  })
})
