import { expect, test } from 'vitest'
import { createIdSource } from './uuid-v7.ts'

test('ids are UUIDs of version 7, distinct, and sort in the order they were made, also when the clock steps back', () => {
  let ms = 1_800_000_000_000
  const ids = createIdSource(() => ms)
  const made = Array.from({ length: 20_000 }, (_, index) => {
    if (index % 9_000 === 8_999) ms -= 60_000
    if (index % 5 === 0) ms += 1
    return ids.next()
  })
  for (const id of made) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(new Set(made).size).toBe(made.length)
  expect(made.toSorted()).toEqual(made)
  expect(Number.parseInt(made[0]?.replaceAll('-', '').slice(0, 12) ?? '', 16)).toBe(1_800_000_000_001)
})
