import { expect, test } from 'vitest'
import { postSignIn, signIn, startTestApi } from '../api/testing/start-test-api.ts'
import { scopes } from '../contracts/people.ts'

const config = { adminEmail: 'admin@quarterdeck.local', adminPassword: null, apiKey: null }

test('the first start makes one administrator with a password that works, later starts make nobody', async () => {
  await using deck = await startTestApi()
  const { admin } = await deck.auth.bootstrap(config)
  expect(admin?.email).toBe('admin@quarterdeck.local')
  expect(admin?.generatedPassword?.length).toBeGreaterThanOrEqual(20)
  const cookie = await signIn(deck.url, 'admin@quarterdeck.local', admin?.generatedPassword ?? '')
  expect((await deck.query('people.list', undefined, { cookie })).status).toBe(200)
  expect(await deck.auth.bootstrap(config)).toEqual({ admin: null })
  expect(await deck.auth.bootstrap({ ...config, adminEmail: 'other@example.org' })).toEqual({ admin: null })
  expect(await deck.prisma.person.count()).toBe(1)
})

test('a configured administrator gets the configured password, and it is not given back to be printed', async () => {
  await using deck = await startTestApi()
  const { admin } = await deck.auth.bootstrap({
    ...config,
    adminEmail: 'Ann@example.org',
    adminPassword: 'given by ann',
  })
  expect(admin).toEqual({ email: 'Ann@example.org', generatedPassword: null })
  expect((await postSignIn(deck.url, { email: 'ann@example.org', password: 'given by ann' })).status).toBe(200)
})

test('replicas that start at the same time make one administrator and one key', async () => {
  await using deck = await startTestApi()
  const results = await Promise.all(
    Array.from({ length: 4 }, () => deck.auth.bootstrap({ ...config, apiKey: 'a-key-given-by-configuration' })),
  )
  expect(results.filter(({ admin }) => admin !== null)).toHaveLength(1)
  expect(await deck.prisma.person.count()).toBe(1)
  expect(await deck.prisma.apiKey.count()).toBe(1)
})

test('the configured key has every scope, and once revoked stays revoked', async () => {
  await using deck = await startTestApi()
  const withKey = { ...config, apiKey: 'a-key-given-by-configuration' }
  await deck.auth.bootstrap(withKey)
  const headers = { authorization: `Bearer ${withKey.apiKey}` }
  const viewer = await deck.query('session.viewer', undefined, headers)
  expect(viewer.data).toMatchObject({ kind: 'service', name: 'QUARTERDECK_API_KEY', scopes: [...scopes] })
  const { id } = await deck.prisma.apiKey.findFirstOrThrow()
  await deck.auth.keys.revoke({ kind: 'system', id: 'system', name: 'Quarterdeck', tenantId: 'default' }, id)
  await deck.auth.bootstrap(withKey)
  expect((await deck.query('session.viewer', undefined, headers)).status).toBe(401)
})
