import { expect, test } from 'vitest'
import type { Principal } from '../core/shared/principal.ts'
import { PrincipalCache } from './principal-cache.ts'

const service: Principal = { kind: 'service', id: 'k', name: 'k', tenantId: 'default', scopes: [] }

function cacheOver(load: (credential: string) => Promise<Principal | null>) {
  const time = { now: 0 }
  const loads: string[] = []
  const cache = new PrincipalCache({
    ttlMs: 4_000,
    maxEntries: 100,
    now: () => time.now,
    load: credential => {
      loads.push(credential)
      return load(credential)
    },
  })
  return { cache, loads, time }
}

test('a hundred calls at once share one load, and its answer is believed until it is too old', async () => {
  const { cache, loads, time } = cacheOver(() => Promise.resolve(service))
  const answers = await Promise.all(Array.from({ length: 100 }, () => cache.get('a')))
  expect(answers.every(answer => answer === service)).toBe(true)
  time.now = 1_999
  await cache.get('a')
  expect(loads).toHaveLength(1)
  time.now = 5_999
  expect(cache.peek('a')).toBeUndefined()
  await cache.get('a')
  expect(loads).toHaveLength(2)
})

test('an answer that is half as old as it may get is asked for anew, once, while callers go on with it', async () => {
  const renewal = Promise.withResolvers<Principal | null>()
  const answers = [Promise.resolve(service), renewal.promise]
  const { cache, loads, time } = cacheOver(() => answers.shift() ?? Promise.reject(new Error('asked too often')))
  await cache.get('a')
  time.now = 2_000
  expect([cache.peek('a'), cache.peek('a'), loads.length]).toEqual([service, service, 2])
  renewal.resolve(null)
  await renewal.promise
  expect(cache.peek('a')).toBeNull()
  // From when it was asked, not from when it was answered.
  time.now = 6_000
  expect(cache.peek('a')).toBeUndefined()
})

test('a renewal that fails leaves the old answer until it is too old; one that was under way when rights changed is forgotten', async () => {
  const renewals = [Promise.withResolvers<Principal | null>(), Promise.withResolvers<Principal | null>()]
  const answers = [Promise.resolve(service), ...renewals.map(({ promise }) => promise)]
  const { cache, time } = cacheOver(() => answers.shift() ?? Promise.resolve(null))
  await cache.get('a')
  time.now = 3_000
  cache.peek('a')
  renewals[0]?.reject(new Error('away'))
  await renewals[0]?.promise.catch(() => {})
  expect(cache.peek('a')).toBe(service)
  cache.clear()
  renewals[1]?.resolve(service)
  await renewals[1]?.promise
  expect(cache.peek('a')).toBeUndefined()
})

test('what was being loaded when rights changed is not believed afterwards', async () => {
  let finish: (principal: Principal) => void = () => {}
  const { cache, loads } = cacheOver(
    () =>
      new Promise(resolve => {
        finish = resolve
      }),
  )
  const before = cache.get('a')
  cache.clear()
  finish(service)
  await before
  expect(cache.peek('a')).toBeUndefined()
  void cache.get('a')
  expect(loads).toHaveLength(2)
})

test('a load that failed is tried again by the next call', async () => {
  let fails = true
  const { cache } = cacheOver(() => (fails ? Promise.reject(new Error('away')) : Promise.resolve(null)))
  await expect(cache.get('a')).rejects.toThrow('away')
  fails = false
  expect(await cache.get('a')).toBeNull()
})

test('unknown credentials without end leave the newest remembered and the memory bounded', async () => {
  const { cache, loads } = cacheOver(() => Promise.resolve(null))
  for (let guess = 0; guess < 500; guess++) await cache.get(`guess-${guess}`)
  expect(cache.peek('guess-499')).toBeNull()
  expect(cache.peek('guess-399')).toBeUndefined()
  expect(loads).toHaveLength(500)
})
