import { connect } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type ErrorCode, errorCodes } from '../contracts/errors.ts'
import { scopes } from '../contracts/people.ts'
import { QuarterdeckError } from '../core/shared/errors.ts'
import { type Logger, silentLogger } from '../core/shared/logger.ts'
import { maxBodyBytes } from './body-limit.ts'
import { fakeOperations } from './testing/fake-operations.ts'
import { type CallAnswer, startTestApi, type TestApi } from './testing/start-test-api.ts'

let api: TestApi
let service: Record<string, string>
/** What the next task that is submitted comes to. */
let failure: Error | undefined
const logged: { fields: Record<string, unknown>; message: string }[] = []
const logger: Logger = { ...silentLogger, error: (fields, message) => logged.push({ fields, message }) }

beforeAll(async () => {
  const submit = () => (failure === undefined ? Promise.resolve({}) : Promise.reject(failure))
  api = await startTestApi({ operations: fakeOperations({ tasks: { submit: submit as never } }), logger })
  service = await api.keyHeaders([...scopes])
})
afterAll(() => api[Symbol.asyncDispose]())
beforeEach(() => {
  failure = undefined
  logged.length = 0
})

const task = { type: 'license.detect', payload: {} }

function submit(input: unknown): Promise<CallAnswer> {
  return api.mutate('tasks.submit', input, service)
}

function post(path: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${api.url}/api/trpc/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...service, ...headers },
    body,
  })
}

async function errorOf(response: Response): Promise<NonNullable<CallAnswer['error']>> {
  return ((await response.json()) as { error: NonNullable<CallAnswer['error']> }).error
}

const wrongInputs: [problem: string, path: string, input: unknown, code: ErrorCode, message: string][] = [
  ['an unknown field', 'tasks.submit', { ...task, foo: 1 }, 'UNKNOWN_FIELD', 'foo is not a field that exists here.'],
  [
    'a tenant',
    'tasks.submit',
    { ...task, tenantId: 'other' },
    'UNKNOWN_FIELD',
    'tenantId is not a field that exists here.',
  ],
  [
    'a prototype',
    'tasks.submit',
    JSON.parse('{"type":"x","payload":1,"__proto__":{}}'),
    'UNKNOWN_FIELD',
    '__proto__ is not a field that exists here.',
  ],
  ['a missing field', 'tasks.submit', { payload: 1 }, 'INVALID_INPUT', 'type is missing.'],
  ['a number for text', 'tasks.submit', { ...task, type: 5 }, 'INVALID_INPUT', 'type must be text.'],
  [
    'a broken slug',
    'tasks.submit',
    { ...task, moduleId: 'No Slug' },
    'INVALID_INPUT',
    'moduleId must be a slug: lower-case letters, digits and dashes, at most 63 characters.',
  ],
  [
    'a wrong alias',
    'tasks.submit',
    { ...task, priority: 'hihg' },
    'INVALID_INPUT',
    'priority must be a number, or must be one of critical, high, medium, normal, low, batch.',
  ],
  [
    'a time without zone',
    'tasks.submit',
    { ...task, runAt: '2026-01-01' },
    'INVALID_INPUT',
    'runAt must be a time in ISO 8601 with zone, such as 2026-01-31T12:00:00Z.',
  ],
  ['half a number', 'tasks.submit', { ...task, timeoutMs: 10.5 }, 'INVALID_INPUT', 'timeoutMs must be a whole number.'],
  ['too small a number', 'tasks.submit', { ...task, timeoutMs: 1 }, 'INVALID_INPUT', 'timeoutMs must be at least 10.'],
  [
    'an empty text',
    'tasks.submit',
    { ...task, idempotencyKey: '' },
    'INVALID_INPUT',
    'idempotencyKey must have at least 1 character.',
  ],
  [
    'a NUL',
    'tasks.submit',
    { ...task, idempotencyKey: 'a\0b' },
    'INVALID_INPUT',
    'idempotencyKey must not hold NUL characters or half surrogate pairs.',
  ],
  [
    'half a character',
    'tasks.submit',
    { ...task, idempotencyKey: '\ud800' },
    'INVALID_INPUT',
    'idempotencyKey must not hold NUL characters or half surrogate pairs.',
  ],
  ['an empty list', 'tasks.submitBatch', { tasks: [] }, 'INVALID_INPUT', 'tasks must have at least 1 entry.'],
  ['no object', 'tasks.submit', [1], 'INVALID_INPUT', 'The input must be an object.'],
  ['a broken id', 'tasks.cancel', { id: '7' }, 'INVALID_INPUT', 'id must be a UUID.'],
  [
    'a broken URL deep inside',
    'modules.register',
    {
      id: 'a',
      name: 'A',
      category: 'c',
      version: '1',
      capabilities: [{ type: 'x' }],
      instances: [{ endpoint: 'ftp://x' }],
    },
    'INVALID_INPUT',
    'instances[0].endpoint must be an http or https URL.',
  ],
  [
    'a wrong strategy',
    'modules.update',
    { id: 'a', configVersion: 1, strategy: 'fastest' },
    'INVALID_INPUT',
    'strategy must be one of power_of_two, round_robin, least_loaded, random, weighted.',
  ],
  [
    'no reason',
    'modules.disable',
    { id: 'a', reason: '  ' },
    'INVALID_INPUT',
    'reason must have at least 1 character.',
  ],
  [
    'a wrong key in a map',
    'queues.setPolicy',
    { version: 0, priorities: { 'NO!': 1 }, multipliers: {} },
    'INVALID_INPUT',
    'priorities.NO! has a key that must be lower-case letters, digits, dots, dashes and underscores, at most 100.',
  ],
  ['two problems', 'tasks.submit', { payload: 1, timeoutMs: 1 }, 'INVALID_INPUT', 'type is missing (and 1 more).'],
]

test.each(wrongInputs)('%s is named in one sentence: %s', async (_problem, path, input, code, message) => {
  const { status, headers, error } = await api.mutate(path, input, service)
  expect(headers.get('retry-after')).toBeNull()
  expect({ status, code: error?.data.appCode, message: error?.message }).toEqual({ status: 400, code, message })
  expect(Object.keys(error?.data ?? {}).toSorted((a, b) => a.localeCompare(b))).toEqual([
    'action',
    'appCode',
    'code',
    'details',
    'httpStatus',
  ])
})

test('every code of ours leaves with its status, its message, what to do, and its details', async () => {
  for (const [code, status] of Object.entries(errorCodes)) {
    failure = new QuarterdeckError(code as ErrorCode, {
      message: 'What was wrong.',
      action: 'What to do.',
      details: { requiredBy: ['a'] },
      internal: 'a secret of ours',
      cause: new Error('another secret'),
    })
    const answer = await submit(task)
    expect(answer.status, code).toBe(status)
    expect(answer.error, code).toMatchObject({
      message: 'What was wrong.',
      data: { httpStatus: status, appCode: code, action: 'What to do.', details: { requiredBy: ['a'] } },
    })
    expect(JSON.stringify(answer.error)).not.toContain('secret')
  }
})

test('the unforeseen says nothing of our insides, and the correlation id leads to it in the log', async () => {
  failure = new TypeError('cannot read /srv/quarterdeck/secret.key of undefined')
  const { status, error } = await submit(task)
  expect([status, error?.data.appCode]).toEqual([500, 'INTERNAL'])
  expect(JSON.stringify(error)).not.toMatch(/secret|TypeError|\.ts/)
  const entry = logged.find(({ fields }) => fields['correlationId'] === error?.data.details?.['correlationId'])
  expect(entry?.fields['error']).toBe(failure)
  expect(entry?.fields['path']).toBe('tasks.submit')
})

test.each([
  ['a refused connection', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })],
  ['a database that shuts down', Object.assign(new Error('terminating'), { code: '57P01' })],
  ['too many connections', Object.assign(new Error('sorry'), { code: '53300' })],
  ['a connection that was cut', new Error('Connection terminated unexpectedly')],
  ['a pool that gives none', new Error('timeout exceeded when trying to connect')],
  [
    'any of them further inside',
    new Error('outer', { cause: Object.assign(new Error('inner'), { code: 'ECONNRESET' }) }),
  ],
])('a database that is away is told from a fault of ours: %s', async (_name, error) => {
  failure = error
  const answer = await submit(task)
  expect([answer.status, answer.error?.data.appCode]).toEqual([503, 'DATABASE_UNAVAILABLE'])
})

test('a text that cannot be stored is refused as such, wherever it stands, and nothing is half-done', async () => {
  const admin = await api.personHeaders('admin')
  const person = { email: 'nul@example.org', name: 'N\0l', role: 'viewer', password: 'long enough for a password' }
  for (const [path, input] of [
    ['people.add', person],
    ['keys.create', { name: 'N\0l', scopes: ['tasks:read'] }],
  ] as const) {
    const answer = await api.mutate(path, input, admin)
    expect([answer.status, answer.error?.data.appCode], path).toEqual([400, 'PAYLOAD_NOT_STORABLE'])
  }
  expect(await api.prisma.person.count({ where: { email: 'nul@example.org' } })).toBe(0)
  expect(
    await api.prisma.auditEntry.count({
      where: { action: 'person.added', details: { path: ['email'], equals: 'nul@example.org' } },
    }),
  ).toBe(0)
})

test('a wait that an error asks for is also said in Retry-After', async () => {
  failure = new QuarterdeckError('QUEUE_FULL', {
    message: 'Full.',
    action: 'Wait.',
    details: { retryAfterSeconds: 2.5 },
  })
  expect((await submit(task)).headers.get('retry-after')).toBe('3')
})

test('a name that does not exist is PROCEDURE_NOT_FOUND, whatever it looks like', async () => {
  for (const path of ['tasks.explode', 'nothing', '', 'tasks', '__proto__.x', 'tasks.submit/', 'constructor', '%00']) {
    const { status, error } = await api.query(path, undefined, service)
    expect([status, error?.data.appCode], path).toEqual([404, 'PROCEDURE_NOT_FOUND'])
  }
})

test('what is no JSON, no batch, the wrong method or the wrong type of content is INVALID_INPUT', async () => {
  const answers = [
    await post('tasks.submit', '{"type":'),
    await post('tasks.submit', ''),
    await post('tasks.submit,tasks.submit?batch=1', '[1'),
    await post('tasks.submit?batch=1', '"text"'),
    await post('tasks.submit', 'type=x', { 'content-type': 'text/plain' }),
    await post('tasks.submit', 'type=x', { 'content-type': 'application/x-www-form-urlencoded' }),
    await post('tasks.list', '{}'),
    await fetch(`${api.url}/api/trpc/tasks.submit?input=%7B%7D`, { headers: service }),
    await fetch(`${api.url}/api/trpc/tasks.list?input=%7B`, { headers: service }),
    await fetch(`${api.url}/api/trpc/events.onEvent`, { headers: service }),
    await fetch(`${api.url}/api/trpc/tasks.submit`, { method: 'DELETE', headers: service }),
  ]
  for (const [index, answer] of answers.entries()) {
    const body = (await answer.json()) as { error: CallAnswer['error'] } | { error: CallAnswer['error'] }[]
    const error = Array.isArray(body) ? body[0]?.error : body.error
    expect([index, answer.status, error?.data.appCode]).toEqual([index, 400, 'INVALID_INPUT'])
    expect(error?.message).not.toMatch(/Unexpected token|JSON at position/)
  }
})

test('a body that is announced as too large is refused before it is sent', async () => {
  const { hostname, port } = new URL(api.url)
  const socket = connect(Number(port), hostname)
  const answer = new Promise<string>(resolve => socket.once('data', data => resolve(data.toString())))
  socket.write(
    `POST /api/trpc/tasks.submit HTTP/1.1\r\nhost: ${api.host}\r\nauthorization: ${service['authorization']}\r\n` +
      `content-type: application/json\r\ncontent-length: ${maxBodyBytes + 1}\r\n\r\n`,
  )
  expect(await answer).toMatch(/^HTTP\/1\.1 413 /)
  socket.destroy()
})

test('a body that grows too large on the way is refused', async () => {
  const chunk = new Uint8Array(64 * 1024).fill(0x20)
  let sent = 0
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += chunk.length
      if (sent > 2 * maxBodyBytes) controller.close()
      else controller.enqueue(chunk)
    },
  })
  const answer = await fetch(`${api.url}/api/trpc/tasks.submit`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...service },
    body,
    duplex: 'half',
  } as RequestInit)
  expect(answer.status).toBe(413)
  expect((await errorOf(answer)).data.appCode).toBe('PAYLOAD_TOO_LARGE')
})

test('a batch answers each call for itself, and a hundred calls is the most it may hold', async () => {
  const answer = await post(
    'tasks.submit,tasks.submit,no.such?batch=1',
    JSON.stringify({ 0: task, 1: { ...task, tenantId: 'other' }, 2: {} }),
  )
  expect(answer.status).toBe(207)
  const results = (await answer.json()) as { error?: CallAnswer['error'] }[]
  expect(results.map(({ error }) => error?.data.appCode)).toEqual([undefined, 'UNKNOWN_FIELD', 'PROCEDURE_NOT_FOUND'])
  const many = await fetch(`${api.url}/api/trpc/${Array(101).fill('stats.status').join(',')}?batch=1`, {
    headers: service,
  })
  expect(many.status).toBe(400)
})

test('each call of a batch is authorized for itself', async () => {
  const reader = await api.keyHeaders(['stats:read'])
  const answer = await fetch(`${api.url}/api/trpc/stats.status,tasks.list,stats.status?batch=1`, { headers: reader })
  const results = (await answer.json()) as { error?: CallAnswer['error'] }[]
  expect(results.map(({ error }) => error?.data.appCode)).toEqual([undefined, 'FORBIDDEN', undefined])
})
