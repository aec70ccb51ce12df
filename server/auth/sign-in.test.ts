import { afterAll, beforeAll, expect, test } from 'vitest'
import { postSignIn, signIn, startTestApi, type TestApi, testPassword } from '../api/testing/start-test-api.ts'

let api: TestApi

beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api[Symbol.asyncDispose]())

function whoAmI(headers: Record<string, string>) {
  return api.query('session.viewer', undefined, headers)
}

test('a person who signs in is known by the cookie, and after signing out is not', async () => {
  const headers = await api.personHeaders('operator', 'Ann@Example.org')
  expect((await whoAmI(headers)).data).toEqual({
    kind: 'person',
    id: expect.any(String) as unknown,
    name: 'The operator',
    email: 'ann@example.org',
    role: 'operator',
    scopes: [],
    tenantId: 'default',
  })
  const signedOut = await fetch(`${api.url}/api/auth/sign-out`, { method: 'POST', headers })
  expect(signedOut.status).toBe(200)
  expect((await whoAmI(headers)).status).toBe(401)
})

test('the cookie is out of reach for scripts and other sites, and the answer does not repeat it', async () => {
  await api.personHeaders('viewer', 'cookie@example.org')
  const answer = await postSignIn(api.url, { email: 'cookie@example.org', password: testPassword })
  const [cookie = ''] = answer.headers.getSetCookie()
  expect(cookie).toMatch(/; HttpOnly/)
  expect(cookie).toMatch(/; SameSite=Lax/)
  expect(cookie).not.toMatch(/Secure/)
  expect(await answer.json()).toEqual({ ok: true })
})

test('behind https the cookie is only sent over https', async () => {
  await using behindProxy = await startTestApi({ publicUrl: 'https://deck.example' })
  await behindProxy.personHeaders('viewer', 'secure@example.org')
  const answer = await postSignIn(
    behindProxy.url,
    { email: 'secure@example.org', password: testPassword },
    { origin: 'https://deck.example' },
  )
  const [cookie = ''] = answer.headers.getSetCookie()
  expect(cookie).toMatch(/^__Secure-quarterdeck-/)
  expect(cookie).toMatch(/; Secure/)
  const headers = { cookie: cookie.split(';', 1)[0] ?? '' }
  expect((await behindProxy.query('session.viewer', undefined, headers)).status).toBe(200)
})

test('a wrong password and an unknown address get the same answer', async () => {
  await api.personHeaders('viewer', 'known@example.org')
  const wrong = await postSignIn(api.url, { email: 'known@example.org', password: 'not the password' })
  const unknown = await postSignIn(api.url, { email: 'unknown@example.org', password: 'not the password' })
  expect([wrong.status, unknown.status]).toEqual([401, 401])
  expect(await wrong.text()).toBe(await unknown.text())
})

test('nothing of better-auth is open but signing in and out', async () => {
  const before = await api.prisma.person.count()
  const headers = await api.personHeaders('viewer', 'curious@example.org')
  const attempts = [
    ['POST', 'sign-up/email'],
    ['GET', 'get-session'],
    ['GET', 'list-sessions'],
    ['POST', 'update-user'],
    ['POST', 'change-email'],
    ['POST', 'change-password'],
    ['POST', 'delete-user'],
    ['POST', 'request-password-reset'],
    ['POST', 'sign-in/social'],
    ['GET', 'sign-in/email'],
    ['POST', 'sign-in/email/'],
    ['POST', 'sign-in%2Femail'],
    ['GET', 'ok'],
    ['GET', ''],
  ] as const
  for (const [method, path] of attempts) {
    const answer = await fetch(`${api.url}/api/auth/${path}`, {
      method,
      headers: { ...headers, 'content-type': 'application/json' },
      ...(method === 'POST'
        ? { body: JSON.stringify({ email: 'new@example.org', password: testPassword, name: 'New', role: 'admin' }) }
        : {}),
    })
    expect(answer.status, path).toBe(404)
  }
  expect(await api.prisma.person.count()).toBe(before + 1)
})

test('signing in decides nothing about the role, whatever else is sent', async () => {
  await api.personHeaders('viewer', 'climber@example.org')
  await postSignIn(api.url, { email: 'climber@example.org', password: testPassword, role: 'admin', tenantId: 'other' })
  const person = await api.prisma.person.findUniqueOrThrow({ where: { email: 'climber@example.org' } })
  expect(person).toMatchObject({ role: 'viewer', tenantId: 'default' })
})

test('another site can neither sign a browser in nor out', async () => {
  const headers = await api.personHeaders('viewer', 'forged@example.org')
  const foreign = { origin: 'http://evil.example' }
  const signedIn = await postSignIn(api.url, { email: 'forged@example.org', password: testPassword }, foreign)
  expect(signedIn.status).toBe(403)
  for (const origin of [foreign, {}]) {
    const answer = await fetch(`${api.url}/api/auth/sign-out`, {
      method: 'POST',
      headers: { cookie: headers['cookie'] ?? '', ...origin },
    })
    expect(answer.status).toBe(403)
  }
  expect((await whoAmI(headers)).status).toBe(200)
})

test('a session ends with its time', async () => {
  const headers = await api.personHeaders('viewer', 'late@example.org')
  await api.prisma.personSession.updateMany({
    where: { person: { email: 'late@example.org' } },
    data: { expiresAt: new Date(Date.now() - 1_000) },
  })
  api.moveTime(5_000)
  expect((await whoAmI(headers)).status).toBe(401)
})

test('a cookie that was made up or changed is nobody', async () => {
  const { cookie = '' } = await api.personHeaders('viewer')
  const [name = '', value = ''] = cookie.split(/=(.*)/s)
  const token = value.split('.')[0] ?? ''
  for (const forged of [
    `${name}=`,
    `${name}=${token}`,
    `${name}=${token}.AAAA`,
    `${name}=x${value}`,
    `other=${value}`,
  ]) {
    expect((await whoAmI({ cookie: forged })).status, forged).toBe(401)
  }
})

test('after ten failures an address has to wait, is told how long, and good sign-ins do not count', {
  timeout: 60_000,
}, async () => {
  await using limited = await startTestApi()
  await limited.personHeaders('viewer', 'often@example.org')
  for (let times = 0; times < 12; times++) await signIn(limited.url, 'often@example.org', testPassword)
  const guess = (password: string) => postSignIn(limited.url, { email: 'often@example.org', password })
  const statuses = await Promise.all(
    Array.from({ length: 15 }, async (_, index) => (await guess(`guess number ${index}`)).status),
  )
  expect(statuses.filter(status => status === 401)).toHaveLength(10)
  expect(statuses.filter(status => status === 429)).toHaveLength(5)
  const refused = await guess(testPassword)
  expect(refused.status).toBe(429)
  const seconds = Number(refused.headers.get('retry-after'))
  expect(seconds).toBeGreaterThan(0)
  limited.moveTime(seconds * 1_000)
  expect((await guess(testPassword)).status).toBe(200)
})

test('who fails to sign in is kept in the audit log, once per address and minute, without what was typed for an address', async () => {
  await using watched = await startTestApi()
  await watched.personHeaders('viewer', 'guessed@example.org')
  const person = await watched.prisma.person.findUniqueOrThrow({ where: { email: 'guessed@example.org' } })
  const kept = () =>
    watched.prisma.auditEntry.findMany({ where: { action: 'access.sign_in_refused' }, orderBy: { id: 'asc' } })
  for (let attempt = 0; attempt < 4; attempt++)
    await postSignIn(watched.url, { email: 'Guessed@example.org', password: `guess number ${attempt}` })
  await expect.poll(async () => (await kept()).length).toBe(1)
  watched.moveTime(60_000)
  await postSignIn(watched.url, { email: 'my secret phrase', password: 'typed into the wrong field' })
  await expect.poll(async () => (await kept()).length).toBe(2)
  const rows = await kept()
  expect(rows).toHaveLength(2)
  const [known, unknown] = rows
  const common = { tenantId: 'default', actorKind: 'system', details: { address: '127.0.0.1' } }
  expect(known).toMatchObject({
    ...common,
    targetKind: 'person',
    targetId: person.id,
    reason: 'Wrong password for guessed@example.org, from 127.0.0.1',
  })
  expect(unknown).toMatchObject({ ...common, targetKind: 'address', targetId: '127.0.0.1' })
  expect(JSON.stringify(unknown)).not.toContain('secret phrase')
})

test('a body that is no sign-in is refused with a reason and costs no attempt', async () => {
  for (const body of [null, [], {}, { email: 'a@example.org' }, { email: 1, password: 2 }]) {
    const answer = await postSignIn(api.url, body)
    expect(answer.status).toBe(400)
    const { error } = (await answer.json()) as { error: { data: { appCode: string } } }
    expect(error.data.appCode).toBe('INVALID_INPUT')
  }
  const large = await postSignIn(api.url, { email: 'a@example.org', password: 'x'.repeat(20_000) })
  expect(large.status).toBe(413)
})
