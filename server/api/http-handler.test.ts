import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { scopes } from '../contracts/people.ts'
import { startTestApi, type TestApi } from './testing/start-test-api.ts'

let api: TestApi

beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api[Symbol.asyncDispose]())

test('every answer tells browsers to keep, run and embed nothing, and no other site may read it', async () => {
  const key = await api.keyHeaders([...scopes])
  const answers = await Promise.all([
    api.query('session.viewer', undefined, { ...key, origin: 'http://evil.example' }),
    api.query('session.viewer'),
    api.query('no.such', undefined, key),
    fetch(`${api.url}/api/auth/ok`),
  ])
  for (const { headers } of answers) {
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'")
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
    expect(headers.get('content-type')).toMatch(/^application\/json/)
    expect(headers.get('access-control-allow-origin')).toBeNull()
    expect(headers.get('strict-transport-security')).toBeNull()
    expect(headers.get('x-powered-by')).toBeNull()
  }
})

test('behind https browsers are told to stay with https', async () => {
  await using behindProxy = await startTestApi({ publicUrl: 'https://deck.example' })
  expect((await behindProxy.query('session.viewer')).headers.get('strict-transport-security')).toBe('max-age=31536000')
})

test('with a cookie, what changes something must come from our own pages; a key may come from anywhere', async () => {
  const { cookie = '' } = await api.personHeaders('operator')
  const key = await api.keyHeaders(['tasks:submit'])
  const submit = (headers: Record<string, string>) => api.mutate('tasks.submit', { type: 'x', payload: 1 }, headers)
  for (const refused of [
    { cookie },
    { cookie, origin: 'http://evil.example' },
    { cookie, origin: 'null' },
    { cookie, 'x-forwarded-host': 'evil.example', origin: 'http://evil.example' },
  ]) {
    const answer = await submit(refused)
    expect([answer.status, answer.error?.data.appCode], JSON.stringify(refused)).toEqual([403, 'FORBIDDEN'])
  }
  for (const allowed of [{ cookie, origin: api.url }, key, { ...key, origin: 'http://other.example' }]) {
    expect((await submit(allowed)).status, JSON.stringify(allowed)).toBe(200)
  }
  expect((await api.query('session.viewer', undefined, { cookie })).status).toBe(200)
})

test('no way of writing a path leads past the sign-in', async () => {
  const paths = [
    '/api/trpc',
    '/api/trpc/',
    '/api/trpc//session.viewer',
    '/api/trpc/session.viewer/',
    '/api/trpc/session%2Eviewer',
    '/api/trpc/%73ession.viewer',
    '/api/trpc/session.viewer%00',
    '/api/trpc/session.viewer,stats.status?batch=1',
    '/api/trpc/health.summary',
    '/api/trpc/healthz',
    '/api/trpc/x/healthz',
    '/api/trpc/../healthz',
    '/api/trpc/..%2fhealthz',
    '/api/trpc/session.viewer;/healthz',
    '/api/trpc/session.viewer?x=/healthz',
    '/api/trpc/%',
  ]
  for (const path of paths) expect([path, await rawStatus(path)]).toEqual([path, 401])
  for (const path of [
    '/api/trpcx',
    '/API/TRPC/session.viewer',
    '//api/trpc/session.viewer',
    '/api/./trpc/session.viewer',
    '/%61pi/trpc',
  ]) {
    expect([path, await rawStatus(path)]).toEqual([path, 404])
  }
})

test('the page server learns who asks, and that nobody does', async () => {
  const requestWith = (headers: Record<string, string>) =>
    ({ headers, socket: { remoteAddress: '127.0.0.1' } }) as unknown as Parameters<TestApi['api']['viewerOf']>[0]
  const { cookie = '' } = await api.personHeaders('approver', 'page@example.org')
  expect(await api.api.viewerOf(requestWith({ cookie }))).toMatchObject({ email: 'page@example.org', role: 'approver' })
  expect(await api.api.viewerOf(requestWith({}))).toBeNull()
  expect(await api.api.viewerOf(requestWith({ cookie: 'quarterdeck=1' }))).toBeNull()
  expect(await api.api.viewerOf(requestWith({ authorization: 'Bearer qd_not_a_key_at_all' }))).toBeNull()
})

/** Sends a request line as it is given; clients would tidy it up first. */
function rawStatus(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(api.url)
    const socket = connect(Number(port), hostname)
    socket.on('error', reject)
    socket.once('data', data => {
      resolve(Number(data.toString().split(' ', 2)[1]))
      socket.destroy()
    })
    socket.write(`GET ${path} HTTP/1.1\r\nhost: ${api.host}\r\nconnection: close\r\n\r\n`)
  })
}
