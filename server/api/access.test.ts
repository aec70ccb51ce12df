import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CreatedKey } from '../contracts/keys.ts'
import { roles, scopes } from '../contracts/people.ts'
import { listProcedures, type ProcedureEntry } from './api-reference.ts'
import { SocketClient } from './testing/socket-client.ts'
import { startTestApi, type TestApi } from './testing/start-test-api.ts'

const procedures = listProcedures()
/** Reaches a procedure whose input is checked first as wrong input. */
const wrongInput = { thisFieldDoesNotExist: true }

let api: TestApi

beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api[Symbol.asyncDispose]())

/** Tries every procedure over one connection. */
async function tryAll(headers: Record<string, string>, wanted: (procedure: ProcedureEntry) => boolean) {
  await using client = await SocketClient.connect(api.url, headers)
  const outcomes = await Promise.all(
    procedures.map(async procedure => {
      const answer = await client.call(procedure.type, procedure.path, wrongInput)
      return { procedure, code: answer.error?.data.appCode }
    }),
  )
  for (const { procedure, code } of outcomes) {
    const expected = wanted(procedure) ? ['UNKNOWN_FIELD', 'INVALID_INPUT'] : ['FORBIDDEN']
    expect(expected, procedure.path).toContain(code)
  }
}

describe('each procedure is open to exactly those it names, and refuses others before it looks at what they sent', () => {
  test.each(roles)('to a person who is %s', async role => {
    const strength = roles.indexOf(role)
    const headers = await api.personHeaders(role)
    await tryAll(headers, ({ access }) => strength >= roles.indexOf(access.role))
  })

  test.each(scopes)('to a key with the scope %s alone', async scope => {
    const headers = await api.keyHeaders([scope])
    await tryAll(headers, ({ access }) => access.scope === 'any' || access.scope === scope)
  })

  test('to the key of a module', async () => {
    await api.prisma.module.create({
      data: {
        ...{ tenantId: 'default', id: 'engine', name: 'Engine', category: 'test', version: '1', driver: 'http' },
        ...{ capabilities: [], strategy: 'random', breaker: {}, retry: {}, secretSealed: '' },
      },
    })
    const admin = await api.personHeaders('admin')
    const { data } = await api.mutate('keys.create', { name: 'engine', moduleId: 'engine' }, admin)
    const headers = { authorization: `Bearer ${(data as CreatedKey).secret}` }
    await tryAll(headers, ({ access }) => access.ofModule === true)
    const open = procedures.filter(({ access }) => access.ofModule).map(({ path }) => path)
    expect(open.toSorted()).toEqual([
      'health.report',
      'instances.deregister',
      'instances.heartbeat',
      'instances.register',
    ])
  })

  test('to a key with every scope', async () => {
    const headers = await api.keyHeaders([...scopes])
    await tryAll(headers, ({ access }) => access.scope !== 'none')
  })
})

test('over HTTP the answer to somebody who may not is the same whatever they sent', async () => {
  const headers = await api.personHeaders('viewer')
  for (const { path } of procedures.filter(({ type, access }) => type === 'mutation' && access.role !== 'viewer')) {
    const answer = await api.mutate(path, wrongInput, headers)
    expect([answer.status, answer.error?.data.appCode], path).toEqual([403, 'FORBIDDEN'])
    const unreadable = await fetch(`${api.url}/api/trpc/${path}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: '{"not json',
    })
    expect(unreadable.status, path).toBe(403)
  }
})

test('whoever is not known reaches nothing, not even the name of a procedure', async () => {
  for (const path of [...procedures.map(procedure => procedure.path), 'no.such', 'health', 'x.health', 'healthz', '']) {
    const answer = await api.query(path)
    expect([answer.status, answer.error?.data.appCode], path).toEqual([401, 'UNAUTHENTICATED'])
  }
})

test('viewers change nothing but what is their own, and people and keys are kept to administrators', () => {
  const open = procedures.filter(({ type, access }) => type === 'mutation' && access.role === 'viewer')
  expect(open.map(({ path }) => path)).toEqual(['session.changePassword', 'views.save', 'views.remove'])
  for (const { path, access } of procedures.filter(procedure => /^(people|keys)\./.test(procedure.path))) {
    expect([path, access]).toEqual([path, { role: 'admin', scope: 'none' }])
  }
})

test('trying what one may not is kept in the audit log, once in a while and not once per try', async () => {
  const headers = await api.personHeaders('viewer', 'curious@example.org')
  for (let attempt = 0; attempt < 10; attempt++) await api.query('people.list', undefined, headers)
  await api.query('keys.list', undefined, headers)
  const refusedAt = async (path: string) => {
    const where = { action: 'access.refused', targetId: path, actorId: person.id }
    return (await api.prisma.auditEntry.findMany({ where })).length
  }
  const person = await api.prisma.person.findUniqueOrThrow({ where: { email: 'curious@example.org' } })
  await expect.poll(() => refusedAt('keys.list')).toBe(1)
  expect(await refusedAt('people.list')).toBe(1)
})
