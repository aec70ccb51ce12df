import { describe, expect, test } from 'vitest'
import type { EventType } from '#server/contracts/events.ts'
import type { EventStore, SequencedBatch, StampedEvent } from '#server/core/events/event-store.ts'

const tenantId = 'default'

/** What every EventStore guarantees; run against PostgreSQL and against memory. `open` gives an empty log. */
export function describeEventStore(name: string, open: () => Promise<EventStore>): void {
  describe(`event store (${name})`, () => {
    test('an event is read back as it was written, with its number', async () => {
      const store = await open()
      const event = stampedEvent('task.ready', {
        taskId: '01990000-0000-7000-8000-000000000001',
        moduleId: 'm',
        instanceId: 'i',
        data: { text: 'a "quoted" – ünïcode, {brace}, \u0000 and \ud800', nested: { list: [1, null] } },
      })
      await store.append([{ tenantId, events: [event] }])
      const numbered = { ...event, at: '2026-11-21T00:00:00.000Z', seq: 1 }
      expect(await store.sequence(10)).toEqual([{ tenantId, events: [numbered] }])
      expect((await store.readAfter(tenantId, 0, {}, 10)).events).toEqual([numbered])
    })

    test('an event that is not numbered yet is seen by nobody', async () => {
      const store = await open()
      await store.append([{ tenantId, events: [stampedEvent('task.ready')] }])
      expect((await store.readAfter(tenantId, 0, {}, 10)).events).toEqual([])
      expect((await store.readBefore(tenantId, null, {}, 10)).events).toEqual([])
      expect(await store.readSequenced(0, 10)).toEqual([])
      expect(await store.position()).toEqual({ lastSeq: 0, countedSeq: 0 })
    })

    test('numbers have no gap and no repeat, and batches stay whole, with many writers and two who number at once', async () => {
      const store = await open()
      const numbered: SequencedBatch[] = []
      let isWriting = true
      const number = async () => {
        for (;;) {
          const isLast = !isWriting
          const batches = await store.sequence(7)
          numbered.push(...batches)
          if (isLast && batches.length === 0) return
        }
      }
      const write = async (writer: number) => {
        for (let batch = 0; batch < 20; batch++) {
          const events = Array.from({ length: 1 + ((batch + writer) % 4) }, (_, place) =>
            stampedEvent('task.ready', { data: { writer, batch, place } }),
          )
          await store.append([{ tenantId, events }])
        }
      }
      const numbering = Promise.all([number(), number()])
      await Promise.all([0, 1, 2, 3, 4].map(write))
      isWriting = false
      await numbering
      const events = numbered.flatMap(batch => batch.events)
      expect(events.map(event => event.seq).toSorted((a, b) => a - b)).toEqual(events.map((_, index) => index + 1))
      const logged = (await store.readSequenced(0, 1_000)).flatMap(batch => batch.events)
      expect(logged).toEqual(events.toSorted((a, b) => a.seq - b.seq))
      for (const { events: batch } of numbered) {
        const [first] = batch
        expect(batch.map(event => [event.seq, event.data])).toEqual(
          batch.map((_, place) => [(first?.seq ?? 0) + place, { ...first?.data, place }]),
        )
      }
      expect((await store.position()).lastSeq).toBe(events.length)
    })

    test('numbers run over all tenants, and each tenant sees its own events alone', async () => {
      const store = await open()
      await store.append([
        { tenantId, events: [stampedEvent('task.ready'), stampedEvent('task.running')] },
        { tenantId: 'another', events: [stampedEvent('task.failed')] },
      ])
      await store.append([{ tenantId, events: [stampedEvent('task.succeeded')] }])
      const numbered = await store.sequence(10)
      expect(numbered.flatMap(batch => batch.events.map(event => event.seq))).toEqual([1, 2, 3, 4])
      const seen = async (tenant: string) =>
        (await store.readAfter(tenant, 0, {}, 10)).events.map(event => event.type).toSorted()
      expect(await seen('another')).toEqual(['task.failed'])
      expect(await seen(tenantId)).toEqual(['task.ready', 'task.running', 'task.succeeded'])
      expect((await store.readBefore('another', null, {}, 10)).events).toHaveLength(1)
    })

    test('no more batches are numbered at once than asked for', async () => {
      const store = await open()
      for (let batch = 0; batch < 5; batch++) await store.append([{ tenantId, events: [stampedEvent('task.ready')] }])
      expect(await store.sequence(3)).toHaveLength(3)
      expect(await store.sequence(3)).toHaveLength(2)
      expect(await store.sequence(3)).toEqual([])
    })

    test('reading on from any number, in pages of any size, finds every later event once, in order', async () => {
      const store = await open()
      const types = await fill(store)
      for (const afterSeq of [0, 1, 4, 5, 17, types.length - 1, types.length, types.length + 10]) {
        for (const limit of [1, 3, 1_000]) {
          expect(await readOn(store, afterSeq, undefined, limit)).toEqual(types.slice(afterSeq))
        }
      }
    })

    test('a filter leaves out what it should and nothing else, however rare the type, and says how far it looked', async () => {
      const store = await open()
      const types = await fill(store)
      for (const pattern of ['task.*', 'circuit.opened', 'alert.raised', '*']) {
        const isMatch = (type: string) =>
          pattern === '*' || type === pattern || (pattern === 'task.*' && /^task/.test(type))
        expect(await readOn(store, 0, [pattern], 2)).toEqual(types.filter(isMatch))
        expect(await readBack(store, [pattern], 2)).toEqual(types.filter(isMatch).toReversed())
      }
      const none = await store.readAfter(tenantId, 0, { types: ['alert.raised'] }, 10)
      expect(none).toMatchObject({ events: [], scannedTo: types.length, more: false })
    })

    test('reading back pages through everything once, newest first', async () => {
      const store = await open()
      const types = await fill(store)
      for (const limit of [1, 3, 7, 1_000]) {
        expect(await readBack(store, undefined, limit)).toEqual(types.toReversed())
      }
      expect(await store.readBefore(tenantId, 1, {}, 10)).toEqual({ events: [], scannedTo: null })
    })

    test('a list over a range of time holds what happened from its begin and before its end, on any page', async () => {
      const store = await open()
      const begun = Date.now() - 20_000
      const at = (second: number) => new Date(begun + second * 1_000).toISOString()
      for (let second = 0; second < 12; second += 3) {
        const events = [0, 1, 2].map(place => stampedEvent('task.ready', { at: begun + (second + place) * 1_000 }))
        await store.append([{ tenantId, events }])
      }
      await store.sequence(100)
      const listed = async (range: { from?: string; to?: string }, limit: number) => {
        const found: string[] = []
        let cursor: number | null = null
        do {
          const page = await store.readBefore(tenantId, cursor, range, limit)
          found.push(...page.events.map(event => event.at))
          cursor = page.scannedTo
        } while (cursor !== null)
        return found
      }
      const seconds = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => at(to - 1 - index))
      for (const limit of [2, 100]) {
        expect(await listed({ from: at(4), to: at(8) }, limit)).toEqual(seconds(4, 8))
        expect(await listed({ from: at(5) }, limit)).toEqual(seconds(5, 12))
        expect(await listed({ to: at(5) }, limit)).toEqual(seconds(0, 5))
      }
      expect(await listed({ from: at(3_600) }, 10)).toEqual([])
      expect(await listed({ to: at(-3_600) }, 10)).toEqual([])
    })

    test('events of one task or module are found', async () => {
      const store = await open()
      const taskId = '01990000-0000-7000-8000-000000000002'
      await store.append([
        {
          tenantId,
          events: [stampedEvent('task.ready', { taskId }), stampedEvent('module.enabled', { moduleId: 'm' })],
        },
      ])
      await store.sequence(10)
      const typesOf = async (filter: object) =>
        (await store.readAfter(tenantId, 0, filter, 10)).events.map(one => one.type)
      expect(await typesOf({ taskId })).toEqual(['task.ready'])
      expect(await typesOf({ moduleId: 'm' })).toEqual(['module.enabled'])
      expect(await typesOf({ moduleId: 'n' })).toEqual([])
    })

    test('totals count each part of the log once, also when the same call is repeated, and go on only where they ended', async () => {
      const store = await open()
      const add = (type: EventType, count: number, from: number, to: number) =>
        store.addTotals([{ tenantId, type, count }], from, to)
      expect(await add('task.ready', 3, 0, 5)).toBe(5)
      expect(await add('task.ready', 3, 0, 5)).toBe(5)
      expect(await add('task.failed', 2, 5, 7)).toBe(7)
      expect(await add('task.failed', 9, 3, 12)).toBe(7)
      const { seq, totals } = await store.savedTotals()
      expect(seq).toBe(7)
      expect(totals.toSorted((a, b) => b.count - a.count)).toEqual([
        { tenantId, type: 'task.ready', count: 3 },
        { tenantId, type: 'task.failed', count: 2 },
      ])
      expect((await store.position()).countedSeq).toBe(7)
    })
  })
}

/** An event of a type, ready to be written. */
export function stampedEvent(type: EventType, change: Partial<StampedEvent> = {}): StampedEvent {
  return {
    schemaVersion: 1,
    type,
    at: Date.UTC(2026, 10, 21),
    priority: 5,
    taskId: null,
    moduleId: null,
    instanceId: null,
    data: {},
    ...change,
  }
}

/** Writes batches of many sizes between those of another tenant; answers the types in their order. All numbers are the tenant's. */
async function fill(store: EventStore): Promise<EventType[]> {
  const types: EventType[] = []
  for (const [batch, size] of [1, 4, 2, 1, 9, 3, 1, 1, 6].entries()) {
    const events = Array.from(
      { length: size },
      (_, place): EventType =>
        batch === 4 && place === 3 ? 'circuit.opened' : place % 2 === 0 ? 'task.ready' : 'agent.started',
    )
    types.push(...events)
    await store.append([{ tenantId, events: events.map(type => stampedEvent(type)) }])
  }
  await store.sequence(100)
  return types
}

async function readOn(
  store: EventStore,
  afterSeq: number,
  types: readonly string[] | undefined,
  limit: number,
): Promise<EventType[]> {
  const found: EventType[] = []
  let cursor = afterSeq
  for (;;) {
    const page = await store.readAfter(tenantId, cursor, { types }, limit)
    expect(page.events.length).toBeLessThanOrEqual(limit)
    found.push(...page.events.map(event => event.type))
    if (!page.more) return found
    expect(page.scannedTo).toBeGreaterThan(cursor)
    cursor = page.scannedTo
  }
}

async function readBack(store: EventStore, types: readonly string[] | undefined, limit: number): Promise<EventType[]> {
  const found: EventType[] = []
  let cursor: number | null = null
  for (;;) {
    const page = await store.readBefore(tenantId, cursor, { types }, limit)
    found.push(...page.events.map(event => event.type))
    if (page.scannedTo === null) return found
    cursor = page.scannedTo
  }
}
