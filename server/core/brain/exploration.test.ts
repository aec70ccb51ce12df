import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSeededRandom } from '#server/testing/seeded-random.ts'
import { exploreServices } from './exploration.ts'

test('off, or without an alternative, it is always the best with certainty', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.double({ min: 0, max: 1, noNaN: true }), (count, drawn) => {
      const best = { index: 0, probability: 1 }
      expect(exploreServices(count, 0, () => drawn * 0.999)).toEqual(best)
      expect(exploreServices(count, -1, () => drawn * 0.999)).toEqual(best)
      expect(exploreServices(1, 0.1, () => drawn * 0.999)).toEqual(best)
    }),
  )
})

test('each choice is made as often as its stated probability', () => {
  const random = createSeededRandom(3)
  const counts = new Map<number, { times: number; probability: number }>()
  for (let draw = 0; draw < 100_000; draw++) {
    const { index, probability } = exploreServices(4, 0.06, random)
    counts.set(index, { times: (counts.get(index)?.times ?? 0) + 1, probability })
  }
  expect(new Set(counts.keys())).toEqual(new Set([0, 1, 2, 3]))
  for (const { times, probability } of counts.values()) expect(times / 100_000).toBeCloseTo(probability, 2)
  expect(counts.get(0)?.probability).toBeCloseTo(0.94)
  expect(counts.get(3)?.probability).toBeCloseTo(0.02)
})

test('no rate makes more than a tenth of the decisions explore', () => {
  expect(exploreServices(2, 1, () => 0.5)).toEqual({ index: 0, probability: 0.9 })
  expect(exploreServices(2, 1, () => 0.05)).toEqual({ index: 1, probability: 0.1 })
})
