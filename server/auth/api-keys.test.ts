import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CallAnswer, startTestApi, type TestApi } from '../api/testing/start-test-api.ts'
import type { CreatedKey, KeyView } from '../contracts/keys.ts'
import { scopes } from '../contracts/people.ts'

let api: TestApi
let admin: Record<string, string>

beforeAll(async () => {
  api = await startTestApi()
  admin = await api.personHeaders('admin')
})
afterAll(() => api[Symbol.asyncDispose]())

async function createKey(name = 'a service'): Promise<CreatedKey> {
  const { data } = await api.mutate('keys.create', { name, scopes: ['tasks:read', 'stats:read'] }, admin)
  return data as CreatedKey
}

function whoAmI(secret: string): Promise<CallAnswer> {
  return api.query('session.viewer', undefined, { authorization: `Bearer ${secret}` })
}

test('a key is shown once, stored only as a hash, and admits exactly its scopes', async () => {
  const key = await createKey('billing')
  expect(key.secret).toMatch(/^qd_[A-Za-z0-9_-]{43}$/)
  expect((await whoAmI(key.secret)).data).toMatchObject({
    kind: 'service',
    name: 'billing',
    scopes: ['tasks:read', 'stats:read'],
    role: null,
  })
  const { rows } = await api.database.pool.query<{ row: string; key_hash: string }>(
    'SELECT k::text AS row, key_hash FROM api_key k WHERE id = $1',
    [key.id],
  )
  expect(rows[0]?.row).not.toContain(key.secret.slice(3))
  expect(rows[0]?.key_hash).toBe(createHash('sha256').update(key.secret).digest('hex'))
  const listed = await api.query('keys.list', undefined, admin)
  expect(JSON.stringify(listed.data)).not.toContain(key.secret.slice(3))
})

test('a key revoked here is refused at once', async () => {
  const key = await createKey()
  expect((await whoAmI(key.secret)).status).toBe(200)
  const revoked = await api.mutate('keys.revoke', { id: key.id }, admin)
  expect((revoked.data as KeyView).revokedAt).not.toBeNull()
  expect((await whoAmI(key.secret)).status).toBe(401)
  expect((await api.mutate('keys.revoke', { id: key.id }, admin)).status).toBe(200)
})

test('a key revoked by another replica is refused within five seconds', async () => {
  const key = await createKey()
  expect((await whoAmI(key.secret)).status).toBe(200)
  await api.database.pool.query('UPDATE api_key SET revoked_at = now() WHERE id = $1', [key.id])
  api.moveTime(5_000)
  expect((await whoAmI(key.secret)).status).toBe(401)
})

test('revoking a key of nobody, or something that is no id, says so', async () => {
  const unknown = await api.mutate('keys.revoke', { id: crypto.randomUUID() }, admin)
  expect(unknown.error?.data.appCode).toBe('KEY_NOT_FOUND')
  const malformed = await api.mutate('keys.revoke', { id: "x' OR '1'='1" }, admin)
  expect(malformed.error?.data.appCode).toBe('INVALID_INPUT')
})

test('creating and revoking are kept in the audit log with who did it', async () => {
  const key = await createKey('audited')
  await api.mutate('keys.revoke', { id: key.id }, admin)
  const entries = await api.prisma.auditEntry.findMany({
    where: { targetKind: 'key', targetId: key.id },
    orderBy: { at: 'asc' },
  })
  expect(entries.map(entry => [entry.action, entry.actorKind, entry.actorName])).toEqual([
    ['key.created', 'person', 'The admin'],
    ['key.revoked', 'person', 'The admin'],
  ])
  expect(JSON.stringify(entries)).not.toContain(key.secret.slice(3))
})

test('requests with a known key cost no query while it is remembered', async () => {
  const key = await createKey()
  await whoAmI(key.secret)
  const queries = countQueries()
  for (let call = 0; call < 50; call++) await whoAmI(key.secret)
  expect(queries.count()).toBe(0)
  queries.stop()
})

test('whatever is sent as a key, the refusal is the same to the byte, and what cannot be a key asks no query', async () => {
  const constant = await rawRequest()
  expect(constant.status).toBe(401)
  expect(constant.head).toMatch(/www-authenticate: Bearer/i)
  const queries = countQueries()
  for (const authorization of [
    '',
    'Bearer',
    'Bearer ',
    'bearer x',
    'Basic YWRtaW46YWRtaW4=',
    'Bearer short',
    `Bearer ${'x'.repeat(4_000)}`,
    'Bearer two words',
    'Bearer schlüssel-schlüssel',
    'Bearer tab\tin-the-middle',
    'qd_0000000000000000000000000000000000000000000',
  ]) {
    const answer = await rawRequest(authorization)
    expect([answer.status, answer.body], authorization).toEqual([401, constant.body])
    api.moveTime(60_000)
  }
  expect(queries.count()).toBe(0)
  for (const secret of ["'OR'1'='1'--", '$1;DROP/**/TABLE/**/api_key', '%27%20OR%201=1', '{"$ne":null}']) {
    expect([secret, (await rawRequest(`Bearer ${secret}`)).body]).toEqual([secret, constant.body])
  }
  expect(queries.count()).toBe(4)
  queries.stop()
  expect(await api.prisma.apiKey.count()).toBeGreaterThan(0)
})

test('bytes that no header may hold are refused before anybody looks at them', async () => {
  expect((await rawRequest('Bearer \u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008')).status).toBe(400)
})

test('an address that keeps guessing has to wait, while a known key from there goes on', async () => {
  await using limited = await startTestApi()
  const known = await limited.keyHeaders(['tasks:read'])
  const ask = (headers: Record<string, string>) => limited.query('session.viewer', undefined, headers)
  expect((await ask(known)).status).toBe(200)
  const statuses: number[] = []
  for (let guess = 0; guess < 25; guess++) {
    statuses.push((await ask({ authorization: `Bearer qd_guess_number_${guess}` })).status)
  }
  expect(statuses).toEqual([...Array<number>(20).fill(401), ...Array<number>(5).fill(429)])
  const waiting = await ask({ authorization: 'Bearer qd_guess_number_99' })
  expect(Number(waiting.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await ask(known)).status).toBe(200)
})

test('a wrong key is not overlooked because of a good cookie', async () => {
  const answer = await api.query('session.viewer', undefined, { ...admin, authorization: 'Bearer qd_not_a_key_at_all' })
  expect(answer.status).toBe(401)
})

test('a stored scope that no longer exists gives nothing', async () => {
  const key = await createKey()
  await api.database.pool.query("UPDATE api_key SET scopes = '{tasks:read,everything}' WHERE id = $1", [key.id])
  expect((await whoAmI(key.secret)).data).toMatchObject({ scopes: ['tasks:read'] })
  expect(scopes).not.toContain('everything')
})

/** Counts what the pool is asked, however it is asked. */
function countQueries() {
  const { pool } = api.database
  let count = 0
  const onAcquire = () => {
    count += 1
  }
  pool.on('acquire', onAcquire)
  return {
    count: () => count,
    stop: () => pool.off('acquire', onAcquire),
  }
}

/** Sends the bytes of a header as they are given, which no well-behaved client would. */
function rawRequest(authorization?: string) {
  return new Promise<{ status: number; head: string; body: string }>((resolve, reject) => {
    const { hostname, port } = new URL(api.url)
    const chunks: Buffer[] = []
    const socket = connect(Number(port), hostname)
    socket.on('error', reject)
    socket.on('data', chunk => chunks.push(chunk))
    socket.on('end', () => {
      const [head = '', body = ''] = Buffer.concat(chunks)
        .toString('utf8')
        .split(/\r\n\r\n(.*)/s)
      resolve({ status: Number(head.split(' ', 2)[1]), head, body })
    })
    const header = authorization === undefined ? '' : `authorization: ${authorization}\r\n`
    socket.write(`GET /api/trpc/session.viewer HTTP/1.1\r\nhost: ${api.host}\r\nconnection: close\r\n${header}\r\n`)
  })
}
