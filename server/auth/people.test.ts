import { afterAll, beforeAll, expect, test } from 'vitest'
import { postSignIn, signIn, startTestApi, type TestApi, testPassword } from '../api/testing/start-test-api.ts'
import type { Page } from '../contracts/common.ts'
import type { PersonView } from '../contracts/people.ts'

let api: TestApi
let admin: Record<string, string>

beforeAll(async () => {
  api = await startTestApi()
  admin = await api.personHeaders('admin', 'first@example.org')
})
afterAll(() => api[Symbol.asyncDispose]())

async function add(email: string, role = 'viewer'): Promise<PersonView> {
  const { data, error } = await api.mutate('people.add', { email, name: 'Ann', role, password: testPassword }, admin)
  expect(error).toBeNull()
  return data as PersonView
}

async function list(): Promise<PersonView[]> {
  return ((await api.query('people.list', undefined, admin)).data as Page<PersonView>).items
}

function whoAmI(headers: Record<string, string>) {
  return api.query('session.viewer', undefined, headers)
}

test('a person who was added can sign in, and the list says when they did', async () => {
  const person = await add('New.Person@example.org', 'operator')
  expect(person).toMatchObject({ email: 'new.person@example.org', role: 'operator', lastSignInAt: null })
  const before = Date.now()
  await signIn(api.url, 'new.person@EXAMPLE.org', testPassword)
  const listed = (await list()).find(({ id }) => id === person.id)
  expect(Date.parse(listed?.lastSignInAt ?? '')).toBeGreaterThanOrEqual(before - 1_000)
})

test('an address that is taken is refused, however it is written', async () => {
  await add('taken@example.org')
  const again = await api.mutate(
    'people.add',
    { email: 'Taken@Example.org', name: 'Bob', role: 'viewer', password: testPassword },
    admin,
  )
  expect([again.status, again.error?.data.appCode]).toEqual([409, 'PERSON_EXISTS'])
})

test('a weak password, a wrong role or a field that gives more rights is refused by name', async () => {
  const good = { email: 'bad@example.org', name: 'Bob', role: 'viewer', password: testPassword }
  const attempts = [
    [{ ...good, password: 'short' }, 'INVALID_INPUT', 'password'],
    [{ ...good, role: 'root' }, 'INVALID_INPUT', 'role'],
    [{ ...good, email: 'no address' }, 'INVALID_INPUT', 'email'],
    [{ ...good, tenantId: 'other' }, 'UNKNOWN_FIELD', 'tenantId'],
    [{ ...good, emailVerified: true }, 'UNKNOWN_FIELD', 'emailVerified'],
  ] as const
  for (const [input, code, field] of attempts) {
    const answer = await api.mutate('people.add', input, admin)
    expect([answer.status, answer.error?.data.appCode]).toEqual([400, code])
    expect(answer.error?.message).toMatch(new RegExp(`^${field} `))
    expect(answer.error?.message).not.toContain(testPassword)
  }
  expect((await list()).some(({ email }) => email === 'bad@example.org')).toBe(false)
})

test('a new role counts from the next call on', async () => {
  const person = await add('promoted@example.org')
  const headers = { cookie: await signIn(api.url, 'promoted@example.org', testPassword), origin: api.url }
  expect((await api.query('people.list', undefined, headers)).status).toBe(403)
  await api.mutate('people.setRole', { id: person.id, role: 'admin' }, admin)
  expect((await api.query('people.list', undefined, headers)).status).toBe(200)
  await api.mutate('people.setRole', { id: person.id, role: 'viewer' }, admin)
  expect((await api.query('people.list', undefined, headers)).status).toBe(403)
})

test('a person who is removed is out at once and cannot come back in', async () => {
  const person = await add('leaving@example.org')
  const headers = { cookie: await signIn(api.url, 'leaving@example.org', testPassword) }
  expect((await whoAmI(headers)).status).toBe(200)
  expect((await api.mutate('people.remove', { id: person.id }, admin)).status).toBe(200)
  expect((await whoAmI(headers)).status).toBe(401)
  expect((await postSignIn(api.url, { email: 'leaving@example.org', password: testPassword })).status).toBe(401)
  expect((await api.mutate('people.remove', { id: person.id }, admin)).error?.data.appCode).toBe('PERSON_NOT_FOUND')
})

test('people of another tenant are neither listed nor changed', async () => {
  await api.database.pool.query("INSERT INTO tenant (id, name) VALUES ('other', 'Other')")
  await api.prisma.person.create({
    data: { id: 'stranger', tenantId: 'other', email: 'stranger@example.org', name: 'Stranger', role: 'admin' },
  })
  expect((await list()).some(({ id }) => id === 'stranger')).toBe(false)
  for (const [path, input] of [
    ['people.setRole', { id: 'stranger', role: 'viewer' }],
    ['people.setPassword', { id: 'stranger', password: testPassword }],
    ['people.remove', { id: 'stranger' }],
  ] as const) {
    expect((await api.mutate(path, input, admin)).error?.data.appCode, path).toBe('PERSON_NOT_FOUND')
  }
})

test('the last administrator stays one, also when two of them demote each other at the same time', async () => {
  await using deck = await startTestApi()
  const heads = await Promise.all([
    deck.personHeaders('admin', 'a@example.org'),
    deck.personHeaders('admin', 'b@example.org'),
  ])
  const ids = await Promise.all(
    ['a@example.org', 'b@example.org'].map(async email => {
      const { id } = await deck.prisma.person.findUniqueOrThrow({ where: { email } })
      return id
    }),
  )
  const answers = await Promise.all([
    deck.mutate('people.setRole', { id: ids[1], role: 'viewer' }, heads[0]),
    deck.mutate('people.remove', { id: ids[0] }, heads[1]),
  ])
  expect(answers.filter(answer => answer.status === 200)).toHaveLength(1)
  const admins = await deck.prisma.person.findMany({ where: { role: 'admin' } })
  expect(admins).toHaveLength(1)
  const last = heads[ids.indexOf(admins[0]?.id ?? '')]
  for (const [path, input] of [
    ['people.setRole', { id: admins[0]?.id, role: 'approver' }],
    ['people.remove', { id: admins[0]?.id }],
  ] as const) {
    const answer = await deck.mutate(path, input, last)
    expect([answer.status, answer.error?.data.appCode]).toEqual([409, 'LAST_ADMIN'])
  }
  expect((await deck.mutate('people.setRole', { id: admins[0]?.id, role: 'admin' }, last)).status).toBe(200)
})

test('a password set by an administrator replaces the old one and ends the sessions', async () => {
  const person = await add('forgot@example.org')
  const headers = { cookie: await signIn(api.url, 'forgot@example.org', testPassword) }
  await api.mutate('people.setPassword', { id: person.id, password: 'a whole new password' }, admin)
  expect((await whoAmI(headers)).status).toBe(401)
  expect((await postSignIn(api.url, { email: 'forgot@example.org', password: testPassword })).status).toBe(401)
  await signIn(api.url, 'forgot@example.org', 'a whole new password')
})

test('changing the own password takes the current one, and guessing it is limited', async () => {
  await add('careful@example.org')
  const headers = { cookie: await signIn(api.url, 'careful@example.org', testPassword), origin: api.url }
  const change = (currentPassword: string) =>
    api.mutate('session.changePassword', { currentPassword, newPassword: 'a whole new password' }, headers)
  const codes: unknown[] = []
  for (let guess = 0; guess < 11; guess++) codes.push((await change(`guess ${guess}`)).error?.data.appCode)
  expect(codes).toEqual([...Array<string>(10).fill('INVALID_INPUT'), 'RATE_LIMITED'])
  api.moveTime(60_000)
  expect((await change(testPassword)).status).toBe(200)
  expect((await whoAmI(headers)).status).toBe(401)
  await signIn(api.url, 'careful@example.org', 'a whole new password')
})

test('who gives a wrong current password is kept in the audit log, once a minute, without what was typed', async () => {
  const { id } = await add('borrowed@example.org')
  const headers = { cookie: await signIn(api.url, 'borrowed@example.org', testPassword), origin: api.url }
  const guess = (currentPassword: string) =>
    api.mutate('session.changePassword', { currentPassword, newPassword: 'a whole new password' }, headers)
  const kept = () =>
    api.prisma.auditEntry.findMany({
      where: { action: 'access.password_refused', targetId: id },
      orderBy: { id: 'asc' },
    })
  for (let attempt = 0; attempt < 3; attempt++) await guess(`secret guess ${attempt}`)
  await expect.poll(async () => (await kept()).length).toBe(1)
  api.moveTime(60_000)
  await guess('secret guess again')
  await expect.poll(async () => (await kept()).length).toBe(2)
  const rows = await kept()
  expect(rows[0]).toMatchObject({ tenantId: 'default', actorKind: 'person', actorId: id, targetKind: 'person' })
  expect(JSON.stringify(rows)).not.toMatch(/secret guess|whole new/)
})

test('every change of people is kept in the audit log, without passwords', async () => {
  const { id } = await add('watched@example.org')
  await signIn(api.url, 'watched@example.org', testPassword)
  await api.mutate('people.setRole', { id, role: 'approver' }, admin)
  await api.mutate('people.setPassword', { id, password: 'a whole new password' }, admin)
  await api.mutate('people.remove', { id }, admin)
  const entries = await api.prisma.auditEntry.findMany({
    where: { targetKind: 'person', targetId: id },
    orderBy: { id: 'asc' },
  })
  expect(entries.map(({ action }) => action)).toEqual([
    'person.added',
    'person.signed_in',
    'person.role_set',
    'person.password_set',
    'person.removed',
  ])
  expect(entries[2]?.details).toEqual({ email: 'watched@example.org', from: 'viewer', to: 'approver' })
  expect(JSON.stringify(entries)).not.toMatch(/password"|whole new/)
})
