import { expect, test } from 'vitest'
import { createSeededIds, createSeededRandom } from './seeded-random.ts'

test('a seed always gives the same numbers, spread over [0, 1)', () => {
  const draw = (seed: number) => Array.from({ length: 10_000 }, createSeededRandom(seed))
  const numbers = draw(7)
  expect(draw(7)).toEqual(numbers)
  expect(draw(8)).not.toEqual(numbers)
  for (let decile = 0; decile < 10; decile++) {
    const share = numbers.filter(number => Math.floor(number * 10) === decile).length
    expect(share).toBeGreaterThan(850)
    expect(share).toBeLessThan(1_150)
  }
})

test('ids are UUIDs of version 7, distinct, and sort in the order in which they were made', () => {
  let ms = 1_800_000_000_000
  const ids = createSeededIds(1, () => ms)
  const made = Array.from({ length: 10_000 }, (_, index) => {
    if (index % 100 === 0) ms += index % 200 === 0 ? 1 : -1
    return ids.next()
  })
  for (const id of made) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(new Set(made).size).toBe(made.length)
  expect(made.toSorted()).toEqual(made)
})
