import { createTRPCClient, createWSClient, httpBatchLink, httpLink, TRPCClientError, wsLink } from '@trpc/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { systemClock } from '../composition/system-clock.ts'
import { scopes } from '../contracts/people.ts'
import { EventBus } from '../core/events/event-bus.ts'
import { silentLogger } from '../core/shared/logger.ts'
import { SqlEventStore } from '../persistence/sql-event-store.ts'
import type { AppRouter } from './app-router.ts'
import { fakeOperations } from './testing/fake-operations.ts'
import { startTestApi, type TestApi } from './testing/start-test-api.ts'

let api: TestApi
let bus: EventBus
let headers: Record<string, string>

beforeAll(async () => {
  api = await startTestApi({
    operations: fakeOperations({ events: { follow: (...parameters) => bus.follow(...parameters) } }),
  })
  bus = new EventBus({ store: new SqlEventStore(api.database.pool), clock: systemClock, logger: silentLogger })
  await bus.start(['default'])
  headers = await api.keyHeaders([...scopes])
})
afterAll(async () => {
  await bus.stop()
  await api[Symbol.asyncDispose]()
})

test.each([
  ['one by one', httpLink],
  ['in batches', httpBatchLink],
] as const)('the client of tRPC calls queries and mutations %s, and gets errors with our code', async (_how, link) => {
  const client = createTRPCClient<AppRouter>({ links: [link({ url: `${api.url}/api/trpc`, headers })] })
  const [viewer, receipt, refused] = await Promise.all([
    client.session.viewer.query(),
    client.tasks.submit.mutate({ type: 'license.detect', payload: { text: 'MIT' } }),
    client.people.list.query().catch((error: unknown) => error),
  ])
  expect(viewer).toMatchObject({ kind: 'service', name: 'test' })
  expect(receipt).toEqual({})
  expect(refused).toBeInstanceOf(TRPCClientError)
  expect(refused).toMatchObject({
    data: { code: 'FORBIDDEN', httpStatus: 403, appCode: 'FORBIDDEN', details: { neededRole: 'admin' } },
  })
})

test('a subscription of the client of tRPC survives cut connections without a gap or a repeat', async () => {
  const sockets: WebSocket[] = []
  class KeyedWebSocket extends WebSocket {
    constructor(address: string | URL) {
      super(address, { headers })
      sockets.push(this)
    }
  }
  const socketClient = createWSClient({
    url: `${api.url.replace('http', 'ws')}/api/trpc`,
    WebSocket: KeyedWebSocket as unknown as typeof globalThis.WebSocket,
    retryDelayMs: () => 20,
  })
  const client = createTRPCClient<AppRouter>({ links: [wsLink({ client: socketClient })] })
  const seen: number[] = []
  const subscription = client.events.onEvent.subscribe(
    { lastEventId: '0' },
    { onData: ({ data }) => seen.push(data.seq) },
  )
  const total = 300
  for (let published = 0; published < total; published += 10) {
    for (let index = 0; index < 10; index++) bus.publish({ tenantId: 'default', type: 'alert.raised' })
    const behind = published
    await expect.poll(() => seen.length).toBeGreaterThan(behind)
    if (published % 50 === 0) sockets.at(-1)?.terminate()
  }
  await expect.poll(() => seen.length).toBe(total)
  expect(seen).toEqual(Array.from({ length: total }, (_, index) => index + 1))
  expect(sockets.length).toBeGreaterThan(3)
  subscription.unsubscribe()
  await socketClient.close()
})
