import type { IncomingMessage } from 'node:http'
import pg from 'pg'
import { expect, test } from 'vitest'
import { startTcpProxy, type TcpProxy } from '../testing/tcp-proxy.ts'
import { SocketClient } from './testing/socket-client.ts'
import { postSignIn, startTestApi, type TestApi, testPassword } from './testing/start-test-api.ts'

/** The API with a database that can be taken away. */
async function startOverProxy(stack: AsyncDisposableStack): Promise<{ api: TestApi; proxy: TcpProxy }> {
  const reserved = await startTestApi()
  stack.use(reserved)
  const target = new URL(reserved.database.url)
  const proxy = stack.use(await startTcpProxy({ host: target.hostname, port: Number(target.port) }))
  const openPool = (databaseUrl: string) => {
    const url = new URL(databaseUrl)
    url.port = String(proxy.port)
    url.hostname = '127.0.0.1'
    const pool = new pg.Pool({ connectionString: url.href, connectionTimeoutMillis: 2_000 })
    pool.on('error', () => {})
    return pool
  }
  const api = stack.use(await startTestApi({ openPool, speed: 20 }))
  return { api, proxy }
}

test('while the database is away nobody is taken for somebody else or signed out, and all is well when it is back', async () => {
  await using stack = new AsyncDisposableStack()
  const { api, proxy } = await startOverProxy(stack)
  const person = await api.personHeaders('admin', 'ann@example.org')
  const key = await api.keyHeaders(['events:read'])
  const client = stack.use(await SocketClient.connect(api.url, person))
  const ask = (headers: Record<string, string>) => api.query('session.viewer', undefined, headers)
  const pageRequest = { headers: person, socket: {} } as unknown as IncomingMessage
  expect((await ask(key)).status).toBe(200)

  await proxy.cut()
  expect((await ask(key)).status).toBe(200)
  api.moveTime(5_000)
  for (const headers of [key, person, { authorization: 'Bearer qd_never_seen_before' }]) {
    const answer = await ask(headers)
    expect([answer.status, answer.error?.data.appCode]).toEqual([503, 'DATABASE_UNAVAILABLE'])
  }
  expect((await ask({})).status).toBe(401)
  const signingIn = await postSignIn(api.url, { email: 'ann@example.org', password: testPassword })
  expect(await signingIn.json()).toMatchObject({ error: { data: { appCode: 'DATABASE_UNAVAILABLE' } } })
  await expect(api.api.viewerOf(pageRequest)).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' })
  await expect(SocketClient.connect(api.url, key)).rejects.toThrow('503')
  expect((await client.call('query', 'session.viewer')).error?.data.appCode).toBe('DATABASE_UNAVAILABLE')

  await proxy.restore()
  expect((await ask(key)).status).toBe(200)
  expect((await client.call('query', 'session.viewer')).result).toMatchObject({ data: { email: 'ann@example.org' } })
  expect(await api.api.viewerOf(pageRequest)).toMatchObject({ role: 'admin' })
})
