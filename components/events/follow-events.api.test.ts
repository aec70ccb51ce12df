import { createTRPCClient, createWSClient, httpBatchLink, splitLink, type TRPCClient, wsLink } from '@trpc/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { AppRouter } from '#server/api/app-router.ts'
import { fakeOperations } from '#server/api/testing/fake-operations.ts'
import { startTestApi, type TestApi } from '#server/api/testing/start-test-api.ts'
import { systemClock } from '#server/composition/system-clock.ts'
import type { EventView } from '#server/contracts/events.ts'
import { EventBus } from '#server/core/events/event-bus.ts'
import { silentLogger } from '#server/core/shared/logger.ts'
import { SqlEventStore } from '#server/persistence/sql-event-store.ts'
import { followEvents } from './follow-events.ts'

/** On a busy machine a flush and a resume take their time. */
const patience = { timeout: 10_000 }

let api: TestApi
let bus: EventBus
let client: TRPCClient<AppRouter>
let closeSocket: () => Promise<void>

beforeAll(async () => {
  api = await startTestApi({
    operations: fakeOperations({
      events: {
        follow: (...parameters) => bus.follow(...parameters),
        list: (...parameters) => bus.list(...parameters),
      },
    }),
  })
  bus = await startBus()
  const headers = await api.keyHeaders(['events:read'])
  class KeyedWebSocket extends WebSocket {
    constructor(address: string | URL) {
      super(address, { headers })
    }
  }
  const socket = createWSClient({
    url: `${api.url.replace('http', 'ws')}/api/trpc`,
    WebSocket: KeyedWebSocket as unknown as typeof globalThis.WebSocket,
    retryDelayMs: () => 20,
  })
  closeSocket = () => socket.close()
  client = createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: operation => operation.type === 'subscription',
        true: wsLink({ client: socket }),
        false: httpBatchLink({ url: `${api.url}/api/trpc`, headers }),
      }),
    ],
  })
})
afterAll(async () => {
  await closeSocket()
  await bus.stop()
  await api[Symbol.asyncDispose]()
})

async function startBus(): Promise<EventBus> {
  const started = new EventBus({
    store: new SqlEventStore(api.database.pool),
    clock: systemClock,
    logger: silentLogger,
  })
  await started.start(['default'])
  return started
}

function publish(count: number, moduleId: string | null = null): void {
  for (let index = 0; index < count; index++) bus.publish({ tenantId: 'default', type: 'alert.raised', moduleId })
}

/** Publishes, waits until the events stand in the log, and returns the number of the last. */
async function publishNow(count: number, moduleId: string | null = null): Promise<number> {
  const before = await lastSeq()
  publish(count, moduleId)
  await expect.poll(lastSeq, patience).toBe(before + count)
  return before + count
}

async function lastSeq(): Promise<number> {
  const { items } = await client.events.list.query({ limit: 1 })
  return items[0]?.seq ?? 0
}

/** What a follower was told, in the order of the events. */
function follow(filter: Parameters<typeof followEvents>[1]['filter'], size: number) {
  const told: { page: EventView[] | null; events: EventView[] } = { page: null, events: [] }
  const errors: unknown[] = []
  const stop = followEvents(
    client,
    { filter, size },
    {
      onPage: page => {
        told.page = page.items
      },
      onEvents: events => told.events.push(...events),
      onError: error => errors.push(error),
    },
  )
  return {
    told,
    errors,
    stop,
    seqs: () => [...(told.page ?? []).map(({ seq }) => seq).reverse(), ...told.events.map(({ seq }) => seq)],
  }
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

test('what happens between the page and the stream is told, and at most once by the stream', async () => {
  let last = await publishNow(20)
  const timer = setInterval(() => {
    publish(1)
    last += 1
  }, 20)
  const follower = follow({}, 10)
  await expect.poll(() => follower.told.events.length, patience).toBeGreaterThan(20)
  clearInterval(timer)
  await expect.poll(() => follower.seqs().at(-1), patience).toBe(last)
  const streamed = follower.told.events.map(({ seq }) => seq)
  const [oldest = 0] = follower.seqs()
  expect(new Set(follower.seqs())).toEqual(new Set(range(oldest, last)))
  expect(streamed).toEqual(range(streamed[0] ?? 0, last))
  follower.stop()
})

test('a server that ended its streams in order is followed on without a gap', async () => {
  const first = (await lastSeq()) + 1
  await publishNow(5)
  const follower = follow({}, 5)
  await expect.poll(() => follower.told.page).not.toBeNull()
  const before = await publishNow(5)
  await expect.poll(() => follower.seqs().at(-1), patience).toBe(before)
  await bus.stop()
  bus = await startBus()
  const last = await publishNow(5)
  await expect.poll(() => follower.seqs().at(-1), patience).toBe(last)
  expect(new Set(follower.seqs())).toEqual(new Set(range(first, last)))
  expect(follower.errors).toEqual([])
  follower.stop()
})

test('only what the filter wants is told, from the page as from the stream', async () => {
  await publishNow(3, 'license-detector')
  const past = await publishNow(3, 'summarizer-fast')
  const follower = follow({ moduleId: 'summarizer-fast' }, 100)
  await expect.poll(() => follower.told.page).not.toBeNull()
  await publishNow(3, 'license-detector')
  const last = await publishNow(3, 'summarizer-fast')
  await expect.poll(() => follower.seqs().at(-1), patience).toBe(last)
  expect(follower.seqs()).toEqual([...range(past - 2, past), ...range(last - 2, last)])
  follower.stop()
})

test('nothing is told any more once it was stopped', async () => {
  const stopped = follow({}, 1)
  const going = follow({}, 1)
  await expect.poll(() => stopped.told.page && going.told.page).not.toBeNull()
  const before = await publishNow(1)
  await expect.poll(() => [stopped.seqs().at(-1), going.seqs().at(-1)], patience).toEqual([before, before])
  stopped.stop()
  const last = await publishNow(1)
  await expect.poll(() => going.seqs().at(-1), patience).toBe(last)
  expect(stopped.seqs().at(-1)).toBe(before)
  going.stop()
})

test('a range of time that is over is read and not followed; one that is open at its end is', async () => {
  await publishNow(2)
  const hour = (offset: number) => new Date(Date.now() + offset * 3_600_000).toISOString()
  const past = follow({ time: { range: null, from: hour(-2), to: hour(-1) } }, 10)
  const since = follow({ time: { range: null, from: hour(-1), to: null } }, 10)
  await expect.poll(() => past.told.page, patience).toEqual([])
  await expect.poll(() => since.told.page?.length, patience).toBe(10)
  await publishNow(3)
  await expect.poll(() => since.told.events.length, patience).toBe(3)
  expect(past.told.events).toEqual([])
  expect([...past.errors, ...since.errors]).toEqual([])
  past.stop()
  since.stop()
})
