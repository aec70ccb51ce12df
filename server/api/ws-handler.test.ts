import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { systemClock } from '../composition/system-clock.ts'
import type { EventView } from '../contracts/events.ts'
import { EventBus } from '../core/events/event-bus.ts'
import type { Operations } from '../core/operations.ts'
import { silentLogger } from '../core/shared/logger.ts'
import { systemPrincipal } from '../core/shared/principal.ts'
import { SqlEventStore } from '../persistence/sql-event-store.ts'
import { fakeOperations } from './testing/fake-operations.ts'
import { SocketClient, type SocketMessage } from './testing/socket-client.ts'
import { startTestApi, type TestApi } from './testing/start-test-api.ts'

const system = systemPrincipal('default')
let api: TestApi
let bus: EventBus
let dashboards = 0
let task = { id: 'x', status: 'ready' }

const events: Partial<Operations['events']> = { follow: (...parameters) => bus.follow(...parameters) }

beforeAll(async () => {
  api = await startTestApi({
    operations: fakeOperations({
      events,
      tasks: { get: () => Promise.resolve({ ...task } as never) },
      stats: { dashboard: () => Promise.resolve({ computed: ++dashboards } as never) },
      breakers: { list: () => [{ moduleId: 'a' } as never] },
    }),
  })
  bus = new EventBus({ store: new SqlEventStore(api.database.pool), clock: systemClock, logger: silentLogger })
  await bus.start(['default'])
})
afterAll(async () => {
  await bus.stop()
  await api[Symbol.asyncDispose]()
})

function publish(count: number, type: EventView['type'] = 'alert.raised'): void {
  for (let index = 0; index < count; index++) bus.publish({ tenantId: 'default', type, data: { index } })
}

/** Reads events until `count` of them have come. */
async function takeEvents(messages: AsyncGenerator<SocketMessage>, count: number): Promise<EventView[]> {
  const events: EventView[] = []
  while (events.length < count) {
    const { value } = await messages.next()
    if (value === undefined) throw new Error('The connection was closed')
    const message = value as SocketMessage
    if (message.error) throw new Error(message.error.message)
    if (message.result?.type !== 'data') continue
    const { id, data } = message.result.data as { id: string; data: EventView }
    expect(id).toBe(String(data.seq))
    events.push(data)
  }
  return events
}

test('a reader that is cut off again and again sees every event once and in order', async () => {
  const headers = await api.keyHeaders(['events:read'])
  const seen: number[] = []
  let lastEventId = '0'
  for (let round = 0; round < 8; round++) {
    await using client = await SocketClient.connect(api.url, headers)
    publish(20)
    const { messages } = client.open('subscription', 'events.onEvent', { lastEventId })
    for (const { seq } of await takeEvents(messages, 17)) seen.push(seq)
    lastEventId = String(seen.at(-1))
    publish(20)
  }
  expect(seen).toEqual(Array.from({ length: 8 * 17 }, (_, index) => index + 1))
})

test('a subscription without an id begins with what comes next, and gives only the types asked for', async () => {
  await using client = await SocketClient.connect(api.url, await api.keyHeaders(['events:read']))
  const { messages } = client.open('subscription', 'events.onEvent', { types: ['module.*'] })
  expect((await messages.next()).value).toMatchObject({ result: { type: 'started' } })
  publish(3)
  publish(2, 'module.enabled')
  const events = await takeEvents(messages, 2)
  expect(events.map(({ type }) => type)).toEqual(['module.enabled', 'module.enabled'])
})

test('whoever is not known, or comes from another site, gets no connection', async () => {
  const person = await api.personHeaders('admin')
  const key = await api.keyHeaders(['events:read'])
  const attempts: [Record<string, string>, number][] = [
    [{}, 401],
    [{ origin: api.url }, 401],
    [{ authorization: 'Bearer qd_not_a_key_at_all' }, 401],
    [{ cookie: person['cookie'] ?? '' }, 403],
    [{ ...person, origin: 'http://evil.example' }, 403],
    [{ ...person, origin: 'null' }, 403],
    [{ ...person, origin: `${api.url}.evil.example` }, 403],
    [{ ...key, origin: 'http://evil.example' }, 403],
  ]
  for (const [headers, status] of attempts) {
    await expect(SocketClient.connect(api.url, headers), JSON.stringify(headers)).rejects.toThrow(String(status))
  }
  await using allowed = await SocketClient.connect(api.url, person)
  expect((await allowed.call('query', 'session.viewer')).result).toMatchObject({ data: { role: 'admin' } })
})

test('an upgrade at any other path is not for the API', async () => {
  const headers = await api.keyHeaders(['events:read'])
  for (const path of ['/api/trpc/', '/api/trpc/events.onEvent', '/api', '/', '/api/trpc%2F', '//api/trpc']) {
    const socket = new WebSocket(`${api.url.replace('http', 'ws')}${path}`, { headers })
    await expect(once(socket, 'open'), path).rejects.toThrow()
  }
})

test.each([
  [
    'signs out',
    4401,
    (headers: Record<string, string>) => fetch(`${api.url}/api/auth/sign-out`, { method: 'POST', headers }),
  ],
  ['is removed', 4401, async (_headers: unknown, id: string) => api.auth.people.remove(system, id)],
  ['gets another role', 4403, async (_headers: unknown, id: string) => api.auth.people.setRole(system, id, 'viewer')],
  [
    'gets a new password',
    4401,
    async (_headers: unknown, id: string) => api.auth.people.setPassword(system, id, 'a whole new password'),
  ],
])('the connection of a person who %s is closed at once with %i', async (_what, code, change) => {
  const email = `${crypto.randomUUID()}@example.org`
  const headers = await api.personHeaders('operator', email)
  const { id } = await api.prisma.person.findUniqueOrThrow({ where: { email } })
  await using client = await SocketClient.connect(api.url, headers)
  await client.call('subscription', 'events.onEvent')
  await change(headers, id)
  expect(await client.closed).toBe(code)
})

test('the connection of a key that is revoked is closed at once, and others stay', async () => {
  const { id, secret } = await api.auth.keys.create(system, { name: 'short-lived', scopes: ['events:read'] })
  await using revoked = await SocketClient.connect(api.url, { authorization: `Bearer ${secret}` })
  await using other = await SocketClient.connect(api.url, await api.keyHeaders(['events:read']))
  await api.auth.keys.revoke(system, id)
  expect(await revoked.closed).toBe(4401)
  expect((await other.call('query', 'session.viewer')).result).toBeDefined()
})

test('a session ended by another replica ends the connection when it is looked at again', async () => {
  await using deck = await startTestApi({ speed: 20 })
  const email = 'elsewhere@example.org'
  await using client = await SocketClient.connect(deck.url, await deck.personHeaders('operator', email))
  await deck.prisma.personSession.deleteMany({ where: { person: { email } } })
  deck.moveTime(10_000)
  expect(await client.closed).toBe(4401)
})

test('a peer that has vanished is noticed and its connection given up', async () => {
  await using deck = await startTestApi({ speed: 20 })
  const { socket } = await openAndStopReading(deck, await deck.keyHeaders(['events:read']))
  const ended = once(socket, 'close')
  socket.resume()
  await ended
})

test('everybody who watches the dashboard shares one computation, twice a second', async () => {
  const headers = await api.keyHeaders(['stats:read'])
  const clients = await Promise.all(Array.from({ length: 10 }, () => SocketClient.connect(api.url, headers)))
  const before = dashboards
  const startedAt = Date.now()
  const received = await Promise.all(
    clients.map(async client => {
      const numbers: number[] = []
      for await (const { result } of client.open('subscription', 'stats.onDashboard').messages) {
        if (result?.type === 'data') numbers.push((result.data as { computed: number }).computed)
        if (numbers.length === 4) break
      }
      return numbers
    }),
  )
  const seconds = (Date.now() - startedAt) / 1_000
  expect(dashboards - before).toBeLessThanOrEqual(2 * seconds + 2)
  for (const numbers of received) expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
  await Promise.all(clients.map(client => client[Symbol.asyncDispose]()))
  const after = dashboards
  await expect.poll(() => dashboards, { interval: 700, timeout: 3_000 }).toBeLessThanOrEqual(after + 1)
})

test('breakers come at once, and after a while a sign of life though nothing changed', async () => {
  await using client = await SocketClient.connect(api.url, await api.keyHeaders(['modules:read']))
  const times: number[] = []
  for await (const { result } of client.open('subscription', 'breakers.onChange').messages) {
    if (result?.type !== 'data') continue
    expect(result.data).toEqual(
      times.length === 0 ? { isWhole: true, items: [{ moduleId: 'a' }] } : { isWhole: false, items: [] },
    )
    times.push(Date.now())
    if (times.length === 2) break
  }
  const [first = 0, second = 0] = times
  expect(second - first).toBeGreaterThan(1_000)
})

test('a task is shown at once and again after its events, when it has changed', async () => {
  const id = '0197c9f0-0000-7000-8000-000000000001'
  task = { id, status: 'ready' }
  await using client = await SocketClient.connect(api.url, await api.keyHeaders(['tasks:read']))
  const { messages } = client.open('subscription', 'tasks.onUpdate', { id })
  const statuses: unknown[] = []
  for await (const { result } of messages) {
    if (result?.type !== 'data') continue
    statuses.push((result.data as typeof task).status)
    if (statuses.length === 3) break
    if (statuses.length === 1) bus.publish({ tenantId: 'default', type: 'agent.started', taskId: id })
    task = { id, status: statuses.length === 1 ? 'running' : 'succeeded' }
    bus.publish({ tenantId: 'default', type: 'task.running', taskId: id })
  }
  expect(statuses).toEqual(['ready', 'running', 'succeeded'])
})

test('what is no message is answered with INVALID_INPUT, and one that is too large closes the connection', async () => {
  await using client = await SocketClient.connect(api.url, await api.keyHeaders(['events:read']))
  const answer = new Promise<SocketMessage>(resolve => {
    client.socket.once('message', (data: Buffer) => resolve(JSON.parse(data.toString()) as SocketMessage))
  })
  client.socket.send('{"id":')
  expect((await answer).error?.data.appCode).toBe('INVALID_INPUT')
  client.socket.send(`"${'x'.repeat(1024 * 1024)}"`)
  expect(await client.closed).toBe(1009)
})

test('a reader that stops reading is dropped, and the others go on', { timeout: 60_000 }, async () => {
  const warnings: Record<string, unknown>[] = []
  await using deck = await startTestApi({
    operations: fakeOperations({ events }),
    logger: { ...silentLogger, warn: fields => warnings.push(fields) },
    speed: 20,
  })
  const headers = await deck.keyHeaders(['events:read'])
  await using healthy = await SocketClient.connect(deck.url, headers)
  const { messages } = healthy.open('subscription', 'events.onEvent', {})
  await messages.next()
  const slow = await openAndStopReading(deck, headers)
  slow.subscribe()
  const giveUpAt = Date.now() + 40_000
  while (warnings.length === 0 && Date.now() < giveUpAt) {
    bus.publish({ tenantId: 'default', type: 'alert.raised', data: { large: 'x'.repeat(200_000) } })
    await takeEvents(messages, 1)
  }
  expect(warnings).toEqual([{ bufferedBytes: expect.any(Number), stuckMs: expect.any(Number) }])
  expect(warnings[0]?.['bufferedBytes']).toBeLessThan(8 * 1024 * 1024)
  const ended = once(slow.socket, 'close')
  slow.socket.resume()
  await ended
})

/** A WebSocket by hand: its kernel buffers fill up because nobody reads. */
async function openAndStopReading({ url, host }: TestApi, headers: Record<string, string>) {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  const lines = Object.entries({
    host,
    upgrade: 'websocket',
    connection: 'Upgrade',
    'sec-websocket-version': '13',
    'sec-websocket-key': Buffer.alloc(16).toString('base64'),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}`)
  socket.write(`GET /api/trpc HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
  await once(socket, 'data')
  socket.pause()
  return {
    socket,
    subscribe: () => {
      const text = JSON.stringify({ id: 1, method: 'subscription', params: { path: 'events.onEvent', input: {} } })
      socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]))
    },
  }
}

test('when the server stops, connections are told to come back and new ones are turned away', async () => {
  await using stopping = await startTestApi()
  const headers = await stopping.keyHeaders(['events:read'])
  await using client = await SocketClient.connect(stopping.url, headers)
  await client.call('subscription', 'events.onEvent')
  await stopping.api.close()
  expect(await client.closed).toBe(1012)
  await expect(SocketClient.connect(stopping.url, headers)).rejects.toThrow('503')
})
