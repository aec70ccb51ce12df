import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { stampedEvent } from '#server/testing/event-store-contract.ts'
import { FakeClock, settlePromises } from '#server/testing/fake-clock.ts'
import { MemoryEventStore } from '#server/testing/memory-event-store.ts'
import { type InterruptiblePort, interruptible } from '#server/testing/outage.ts'
import type { EventType, EventView } from '../../contracts/events.ts'
import type { EventFilter } from '../operations.ts'
import { silentLogger } from '../shared/logger.ts'
import { EventBus } from './event-bus.ts'

const tenantId = 'default'
let clock: FakeClock
let store: MemoryEventStore
let line: InterruptiblePort<MemoryEventStore>
let bus: EventBus
let followers: AbortController

beforeEach(async () => {
  clock = new FakeClock()
  store = new MemoryEventStore()
  line = interruptible(store)
  followers = new AbortController()
  bus = await startBus()
})
afterEach(() => followers.abort())

async function startBus(): Promise<EventBus> {
  const started = new EventBus({ store: line.port, clock, logger: silentLogger })
  await started.start([tenantId])
  await clock.advance(20)
  return started
}

async function stopBus(stopping: EventBus): Promise<void> {
  const stopped = stopping.stop()
  await clock.advance(500)
  await stopped
}

function publish(count: number, type: EventType = 'task.ready', data: Record<string, unknown> = {}): void {
  for (let n = 0; n < count; n++) bus.publish({ tenantId, type, data: { ...data, n } })
}

/** Publishes and waits until it is delivered. */
async function deliver(count: number, type: EventType = 'task.ready'): Promise<void> {
  publish(count, type)
  await clock.advance(60)
}

/** Follows in the background and collects the numbers seen. */
function follow(afterSeq: number | null, filter: EventFilter = {}, signal = followers.signal): number[] {
  const seen: number[] = []
  void (async () => {
    for await (const event of bus.follow(tenantId, filter, afterSeq, signal)) seen.push(event.seq)
  })()
  return seen
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

describe('publishing', () => {
  test('to a silent log gathers nothing, numbers nothing and sets no timer', async () => {
    const silent = Object.assign(new MemoryEventStore(), { isSilent: true })
    const quiet = new EventBus({ store: silent, clock, logger: silentLogger })
    await quiet.start([tenantId])
    await clock.advance(60)
    const timers = clock.pendingTimers
    expect(quiet.publish({ tenantId, type: 'task.ready' }).withdraw()).toBeNull()
    quiet.wake()
    expect([quiet.pending, clock.pendingTimers]).toEqual([0, timers])
    await stopBus(quiet)
    expect(await silent.sequence(1)).toEqual([])
  })

  test('what is published together is delivered with the most urgent first, those of one priority in their order', async () => {
    const delivered: unknown[] = []
    bus.subscribe('*', event => delivered.push([event.priority, event.data['n']]))
    for (const [n, priority] of [5, 9, 1, 5, 1, 10, 3].entries()) {
      bus.publish({ tenantId, type: 'task.ready', priority, data: { n } })
    }
    await clock.advance(60)
    expect(delivered).toEqual([
      [1, 2],
      [1, 4],
      [3, 6],
      [5, 0],
      [5, 3],
      [9, 1],
      [10, 5],
    ])
  })

  test('an event that is withdrawn before it is written is never delivered; afterwards it cannot be withdrawn', async () => {
    const seen = follow(null)
    const [first, second] = [1, 2].map(n => bus.publish({ tenantId, type: 'task.ready', data: { n } }))
    expect(first?.withdraw()).toMatchObject({ type: 'task.ready', data: { n: 1 } })
    expect(bus.pending).toBe(1)
    await clock.advance(60)
    expect([first?.withdraw(), second?.withdraw()]).toEqual([null, null])
    expect(seen).toEqual([1])
    bus.publish({ tenantId, type: 'task.ready' }).withdraw()
    await clock.advance(60)
    await deliver(1)
    expect(seen).toEqual([1, 2])
  })

  test('nothing is delivered before it is committed', async () => {
    let delivered = 0
    bus.subscribe('*', () => delivered++)
    line.isAway = true
    publish(3)
    await clock.advance(10_000)
    expect(delivered).toBe(0)
    expect(bus.pending).toBe(3)
  })

  test('an event that names nothing else has priority 5, no task, module or instance, and the time of its publication', async () => {
    const at = new Date(clock.now()).toISOString()
    await deliver(1)
    expect(bus.recent(tenantId, {}, 1)).toMatchObject([
      { seq: 1, schemaVersion: 1, at, priority: 5, taskId: null, moduleId: null, instanceId: null },
    ])
  })

  test('what others commit in their own transactions is delivered when the bus is woken', async () => {
    const seen = follow(null)
    await store.append([{ tenantId, events: [stampedEvent('module.enabled')] }])
    bus.wake()
    await clock.advance(20)
    expect(seen).toEqual([1])
  })

  test('a wake in the very moment in which numbering ends is not lost', async () => {
    for (let microtasks = 0; microtasks < 20; microtasks++) {
      const before = (await store.position()).lastSeq
      const sequence = store.sequence.bind(store)
      store.sequence = async max => {
        const batches = await sequence(max)
        store.sequence = sequence
        void (async () => {
          for (let step = 0; step < microtasks; step++) await null
          await store.append([{ tenantId, events: [stampedEvent('task.ready')] }])
          bus.wake()
        })()
        return batches
      }
      bus.wake()
      await clock.advance(50)
      expect((await store.position()).lastSeq).toBe(before + 1)
    }
  })
})

describe('subscribing', () => {
  test('a pattern is everything, an area, or one type', async () => {
    const heard: Record<string, string[]> = { '*': [], 'task.*': [], 'task.ready': [], 'circuit.*': [] }
    for (const [pattern, list] of Object.entries(heard)) bus.subscribe(pattern, event => list.push(event.type))
    for (const type of ['task.ready', 'task.failed', 'circuit.opened'] as const) await deliver(1, type)
    expect(heard).toEqual({
      '*': ['task.ready', 'task.failed', 'circuit.opened'],
      'task.*': ['task.ready', 'task.failed'],
      'task.ready': ['task.ready'],
      'circuit.*': ['circuit.opened'],
    })
  })

  test('a subscriber that fails harms neither the publisher nor other subscribers, and is counted', async () => {
    const heard: number[] = []
    const seen = follow(null)
    bus.subscribe('*', () => {
      throw new Error('a bad subscriber')
    })
    bus.subscribe('*', event => heard.push(event.seq))
    await deliver(3)
    expect(heard).toEqual([1, 2, 3])
    expect(seen).toEqual([1, 2, 3])
    expect(bus.listenerErrors).toBe(3)
  })

  test('a subscriber that unsubscribes hears nothing more, also when it does so while it is told', async () => {
    const heard: number[] = []
    const stop = bus.subscribe('*', event => {
      heard.push(event.seq)
      stop()
    })
    await deliver(3)
    expect(heard).toEqual([1])
  })

  test('each event names its tenant', async () => {
    const heard: string[] = []
    bus.subscribe('*', event => heard.push(event.tenantId))
    bus.publish({ tenantId: 'another', type: 'task.ready' })
    await deliver(1)
    expect(heard.toSorted()).toEqual(['another', 'default'])
  })
})

describe('following', () => {
  test('from now on, a follower sees every event from then on, once, in order', async () => {
    await deliver(5)
    const seen = follow(null)
    await settlePromises()
    await deliver(3)
    await deliver(2)
    expect(seen).toEqual([6, 7, 8, 9, 10])
  })

  test.each([0, 1, 499, 500, 1_000, 1_499, 1_500, 1_501, 2_498, 2_499])(
    'after number %i, wherever that is held, every later event comes once, in order, and then what is new',
    async afterSeq => {
      for (let batch = 0; batch < 25; batch++) await deliver(100)
      const seen = follow(afterSeq)
      await clock.advance(50)
      expect(seen).toEqual(range(afterSeq + 1, 2_500))
      await deliver(7)
      expect(seen).toEqual(range(afterSeq + 1, 2_507))
    },
  )

  test('while events keep coming: from any number, with any filter and pace of reading, without gap or repeat', async () => {
    const types: readonly EventType[] = ['task.ready', 'task.failed', 'agent.started']
    const steps = fc.array(
      fc.oneof(
        fc.record({ publish: fc.integer({ min: 1, max: 400 }) }),
        fc.record({ read: fc.integer({ min: 1, max: 300 }) }),
        fc.record({ wait: fc.nat(40) }),
      ),
      { minLength: 5, maxLength: 25, size: 'max' },
    )
    await fc.assert(
      fc.asyncProperty(
        fc.nat(3_000),
        fc.nat(3_000),
        fc.subarray([...types], { minLength: 1 }),
        steps,
        async (before, resumeAfter, wanted, plan) => {
          store = new MemoryEventStore()
          line = interruptible(store)
          bus = await startBus()
          let published = 0
          const add = (count: number) => {
            for (let n = 0; n < count; n++) publish(1, types[published++ % types.length])
          }
          add(before)
          await clock.advance(60)
          const afterSeq = Math.min(resumeAfter, before)
          const stop = new AbortController()
          const reader = bus.follow(tenantId, { types: wanted }, afterSeq, stop.signal)[Symbol.asyncIterator]()
          const seen: EventView[] = []
          let pending: Promise<unknown> | null = null
          const read = () => {
            pending ??= reader.next().then(({ done, value }) => {
              pending = null
              if (!done) seen.push(value)
            })
          }
          for (const step of plan) {
            if ('publish' in step) add(step.publish)
            else if ('wait' in step) await clock.advance(step.wait)
            else
              for (let n = 0; n < step.read; n++) {
                read()
                await Promise.race([pending, settlePromises()])
              }
          }
          for (let quiet = 0; quiet < 5; ) {
            const had = seen.length
            read()
            await clock.advance(10)
            quiet = seen.length === had ? quiet + 1 : 0
          }
          stop.abort()
          await pending
          const log = (await store.readAfter(tenantId, afterSeq, { types: wanted }, 100_000)).events
          expect(seen).toEqual(log)
          expect((await store.position()).lastSeq).toBe(published)
          await stopBus(bus)
        },
      ),
      { numRuns: 25 },
    )
  })

  test('a tenant without events, or with none so far back, is followed without asking the store again and again', async () => {
    for (let batch = 0; batch < 15; batch++) await deliver(100)
    await stopBus(bus)
    bus = await startBus()
    let reads = 0
    const readAfter = store.readAfter.bind(store)
    store.readAfter = (...args) => {
      reads++
      if (reads > 100) throw new Error('it asks the store without end')
      return readAfter(...args)
    }
    const seen: number[] = []
    void (async () => {
      for await (const event of bus.follow('another', {}, 0, followers.signal)) seen.push(event.seq)
    })()
    await clock.advance(1_000)
    expect(reads).toBeLessThan(3)
    bus.publish({ tenantId: 'another', type: 'task.ready' })
    await clock.advance(60)
    expect(seen).toEqual([1_501])
  })

  test('a number that this log never gave, from one that it replaced, goes on from the end', async () => {
    await deliver(3)
    const seen = follow(1_000_000)
    await clock.advance(20)
    await deliver(2)
    expect(seen).toEqual([4, 5])
  })

  test('ends when its signal aborts, be it while it waits, and when the bus stops', async () => {
    const stop = new AbortController()
    const reader = bus.follow(tenantId, {}, null, stop.signal)[Symbol.asyncIterator]()
    const waiting = reader.next()
    await settlePromises()
    expect(bus.stats(tenantId).subscribers).toBe(1)
    stop.abort()
    expect((await waiting).done).toBe(true)
    expect(bus.stats(tenantId).subscribers).toBe(0)
    const other = bus.follow(tenantId, {}, null, followers.signal)[Symbol.asyncIterator]().next()
    await settlePromises()
    await stopBus(bus)
    expect((await other).done).toBe(true)
  })

  test('a follower is counted while it lives, also while it is busy with an event', async () => {
    const reader = bus.follow(tenantId, {}, 0, followers.signal)[Symbol.asyncIterator]()
    await deliver(2)
    await reader.next()
    expect(bus.stats(tenantId).subscribers).toBe(1)
    await reader.return?.()
    expect(bus.stats(tenantId).subscribers).toBe(0)
  })
})

describe('reading', () => {
  test('a replay is the range that was asked for, both ends included, with the types that were asked for', async () => {
    for (let batch = 0; batch < 15; batch++) {
      publish(60, 'task.ready')
      publish(40, 'task.failed')
      await clock.advance(60)
    }
    const seqs = async (fromSeq: number, toSeq: number, types?: string[]) =>
      (await bus.replay(tenantId, { fromSeq, toSeq }, types)).map(event => event.seq)
    expect(await seqs(98, 703)).toEqual(range(98, 703))
    expect(await seqs(61, 100, ['task.failed'])).toEqual(range(61, 100))
    expect(await seqs(1, 60, ['task.failed'])).toEqual([])
    expect(await seqs(1_490, 9_999)).toEqual(range(1_490, 1_500))
    expect(await seqs(10, 9)).toEqual([])
  })

  test('a replay has at most 10,000 events', async () => {
    for (let batch = 0; batch < 11; batch++) await deliver(1_000)
    expect(await bus.replay(tenantId, { fromSeq: 1, toSeq: 20_000 })).toHaveLength(10_000)
  })

  test('the last 1,000 are held in memory, newest first, filtered; older ones are in the list', async () => {
    for (let batch = 0; batch < 3; batch++) {
      await deliver(400)
      await deliver(1, 'circuit.opened')
    }
    line.isAway = true
    const recent = bus.recent(tenantId, {}, 5_000).map(event => event.seq)
    expect(recent).toEqual(range(204, 1_203).toReversed())
    expect(bus.recent(tenantId, { types: ['circuit.*'] }, 10).map(event => event.seq)).toEqual([1_203, 802, 401])
    line.isAway = false
    const page = await bus.list(tenantId, {}, { limit: 3 })
    expect(page.items.map(event => event.seq)).toEqual([1_203, 1_202, 1_201])
    const next = await bus.list(tenantId, {}, { limit: 3, cursor: page.nextCursor ?? '' })
    expect(next.items.map(event => event.seq)).toEqual([1_200, 1_199, 1_198])
  })
})

describe('statistics', () => {
  test('count everything by type, show the newest hundred, and the rate of the last ten seconds', async () => {
    await deliver(150, 'task.ready')
    await deliver(50, 'task.failed')
    await clock.advance(1_000)
    const stats = bus.stats(tenantId)
    expect(stats).toMatchObject({ total: 200, byType: { 'task.ready': 150, 'task.failed': 50 }, eventsPerSecond: 20 })
    expect(stats.recent).toHaveLength(100)
    await clock.advance(20_000)
    expect(bus.stats(tenantId).eventsPerSecond).toBe(0)
  })

  test('totals survive a restart', async () => {
    await deliver(150)
    await stopBus(bus)
    bus = await startBus()
    expect(bus.stats(tenantId).total).toBe(150)
    await deliver(5)
    expect(bus.stats(tenantId).total).toBe(155)
  })

  test('totals are exact after any mix of crashes, lost answers and outages', async () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({ publish: fc.integer({ min: 1, max: 50 }) }),
        fc.record({ wait: fc.constantFrom(10, 100, 2_100) }),
        fc.constant({ do: 'crash' as const }),
        fc.constant({ do: 'lose the next answer' as const }),
        fc.constant({ do: 'outage' as const }),
      ),
      { size: 'max', maxLength: 40 },
    )
    await fc.assert(
      fc.asyncProperty(steps, async plan => {
        store = new MemoryEventStore()
        const addTotals = store.addTotals.bind(store)
        let isAnswerLost = false
        store.addTotals = async (...args) => {
          const counted = await addTotals(...args)
          if (!isAnswerLost) return counted
          isAnswerLost = false
          throw new Error('the connection was lost after the commit')
        }
        line = interruptible(store)
        bus = await startBus()
        for (const step of plan) {
          if ('publish' in step) publish(step.publish)
          else if ('wait' in step) await clock.advance(step.wait)
          else if (step.do === 'lose the next answer') isAnswerLost = true
          else if (step.do === 'outage') {
            line.isAway = true
            await clock.advance(3_000)
            line.isAway = false
          } else {
            // What the dead process would still have done is cut off with its line to the store.
            line.isAway = true
            await clock.advance(0)
            line = interruptible(store)
            bus = await startBus()
          }
        }
        await clock.advance(10_000)
        const { lastSeq, countedSeq } = await store.position()
        expect(bus.stats(tenantId).total).toBe(lastSeq)
        expect(countedSeq).toBe(lastSeq)
        expect((await store.savedTotals()).totals.reduce((sum, { count }) => sum + count, 0)).toBe(lastSeq)
        await stopBus(bus)
      }),
      { numRuns: 25 },
    )
  })
})

describe('when the database is away', () => {
  test('nothing that was published is lost, and everything is delivered once when it is back', async () => {
    const seen = follow(null)
    await deliver(10)
    line.isAway = true
    publish(500)
    await clock.advance(30_000)
    publish(500)
    await clock.advance(1_000)
    line.isAway = false
    await clock.advance(2_000)
    expect(seen).toEqual(range(1, 1_010))
    expect(bus.dropped).toBe(0)
  })

  test('numbering whose answer was lost is made up for: everybody still sees every event once, in order', async () => {
    const heard: number[] = []
    bus.subscribe('*', event => heard.push(event.seq))
    const seen = follow(null)
    await settlePromises()
    const sequence = store.sequence.bind(store)
    let lost = 0
    store.sequence = async max => {
      const batches = await sequence(max)
      if (batches.length > 0 && lost++ % 2 === 0) throw new Error('the connection was lost after the commit')
      return batches
    }
    for (let batch = 0; batch < 6; batch++) await deliver(3)
    await clock.advance(2_000)
    expect(lost).toBeGreaterThan(3)
    expect(heard).toEqual(range(1, 18))
    expect(seen).toEqual(range(1, 18))
  })

  test('the last events are delivered even when the answer to their numbering was lost and nothing follows', async () => {
    const seen = follow(null)
    await settlePromises()
    const sequence = store.sequence.bind(store)
    store.sequence = async max => {
      await sequence(max)
      store.sequence = sequence
      throw new Error('the connection was lost after the commit')
    }
    await deliver(3)
    await clock.advance(1_000)
    expect(seen).toEqual([1, 2, 3])
  })

  test('what another process numbered is delivered too, in its place', async () => {
    const seen = follow(null)
    await settlePromises()
    await store.append([{ tenantId, events: [stampedEvent('task.ready'), stampedEvent('task.running')] }])
    await store.sequence(10)
    await deliver(1)
    expect(seen).toEqual([1, 2, 3])
  })

  test('no more than 100,000 events wait; those beyond are dropped and counted, and the others are not', async () => {
    line.isAway = true
    publish(60_000)
    await clock.advance(100)
    publish(60_000)
    await clock.advance(2_000)
    expect(bus).toMatchObject({ pending: 100_000, dropped: 20_000 })
    line.isAway = false
    await clock.advance(5_000)
    expect((await store.position()).lastSeq).toBe(100_000)
    expect(bus.pending).toBe(0)
  })

  test('the lag says how long the oldest event has been waiting, and forgets after ten quiet seconds', async () => {
    await deliver(1)
    expect(bus.lagMs).toBeLessThan(50)
    line.isAway = true
    publish(1)
    await clock.advance(5_000)
    expect(bus.lagMs).toBeGreaterThanOrEqual(5_000)
    line.isAway = false
    await clock.advance(1_000)
    expect(bus.lagMs).toBeGreaterThanOrEqual(5_000)
    await clock.advance(10_000)
    expect(bus.lagMs).toBe(0)
  })
})

describe('stopping', () => {
  test('commits and delivers what was published, and leaves no timer', async () => {
    const heard: number[] = []
    bus.subscribe('*', event => heard.push(event.seq))
    publish(5)
    await stopBus(bus)
    expect(heard).toEqual([1, 2, 3, 4, 5])
    expect(clock.pendingTimers).toBe(0)
  })

  test('commits also what is published while a write is under way', async () => {
    const append = store.append.bind(store)
    store.append = async batches => {
      store.append = append
      await new Promise<void>(resolve => clock.setTimer(200, resolve))
      return append(batches)
    }
    const heard: unknown[] = []
    bus.subscribe('*', event => heard.push(event.data['first']))
    publish(1, 'task.ready', { first: true })
    await clock.advance(10)
    publish(2, 'task.ready', { first: false })
    await stopBus(bus)
    expect(heard).toEqual([true, false, false])
  })

  test('ends although the database is away, says what is lost, and leaves no timer', async () => {
    line.isAway = true
    publish(3)
    await clock.advance(100)
    await stopBus(bus)
    publish(1)
    await clock.advance(10_000)
    expect(bus.dropped).toBe(4)
    expect(clock.pendingTimers).toBe(0)
  })

  test('after a restart, what was committed but not numbered is numbered and delivered', async () => {
    await stopBus(bus)
    await store.append([{ tenantId, events: [stampedEvent('task.ready')] }])
    bus = await startBus()
    expect(bus.recent(tenantId, {}, 10)).toHaveLength(1)
    expect(bus.stats(tenantId).total).toBe(1)
  })
})

test('when the clock is set back, events go on being numbered', async () => {
  await deliver(1)
  const now = clock.now.bind(clock)
  clock.now = () => now() - 3_600_000
  await deliver(1)
  expect((await store.position()).lastSeq).toBe(2)
})
