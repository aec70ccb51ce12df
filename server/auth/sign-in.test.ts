import { afterAll, beforeAll, expect, test } from 'vitest'
import { postSignIn, signIn, startTestApi, type TestApi, testPassword } from '../api/testing/start-test-api.ts'

let api: TestApi

beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api[Symbol.asyncDispose]())

test('a person who signs in is known by the cookie, and after signing out is not', async () => {
  const headers = await api.personHeaders('operator', 'Ann@Example.org')
  const viewer = await api.query('session.viewer', undefined, headers)
  expect(viewer.data).toEqual({
    kind: 'person',
    name: 'The operator',
    email: 'ann@example.org',
    role: 'operator',
    scopes: [],
    tenantId: 'default',
  })
  const signedOut = await fetch(`${api.url}/api/auth/sign-out`, { method: 'POST', headers })
  expect(signedOut.status).toBe(200)
  expect((await api.query('session.viewer', undefined, headers)).status).toBe(401)
})
