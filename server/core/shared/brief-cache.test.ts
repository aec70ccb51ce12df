import { expect, test } from 'vitest'
import { FakeClock } from '#server/testing/fake-clock.ts'
import { BriefCache } from './brief-cache.ts'

test('an answer is made once at a time and again when it is too old', async () => {
  const clock = new FakeClock()
  const cache = new BriefCache<number>({ clock, keepMs: 1_000, most: 5 })
  let made = 0
  const make = async () => ++made
  expect(await Promise.all([cache.get('a', make), cache.get('a', make)])).toEqual([1, 1])
  await clock.advance(999)
  expect(await cache.get('a', make)).toBe(1)
  await clock.advance(1)
  expect(await cache.get('a', make)).toBe(2)
  expect(await cache.get('b', make)).toBe(3)
})

test('a failure is told to those who wait for it and is not kept', async () => {
  const cache = new BriefCache<number>({ clock: new FakeClock(), keepMs: 1_000, most: 5 })
  await expect(cache.get('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away')
  expect(await cache.get('a', async () => 7)).toBe(7)
})

test('no more than so many are kept, the oldest go first', async () => {
  const cache = new BriefCache<string>({ clock: new FakeClock(), keepMs: 1_000, most: 2 })
  for (const key of ['a', 'b', 'c']) await cache.get(key, async () => key)
  expect(await cache.get('c', async () => 'again')).toBe('c')
  expect(await cache.get('a', async () => 'again')).toBe('again')
})
