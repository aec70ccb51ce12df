import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { stampedEvent } from '#server/testing/event-store-contract.ts'
import { MemoryEventStore } from '#server/testing/memory-event-store.ts'
import { interruptible } from '#server/testing/outage.ts'
import { silentLogger } from '../shared/logger.ts'
import { EventBus } from './event-bus.ts'
import { BusStage, range, tenantId } from './testing/bus-stage.ts'

let stage: BusStage

beforeEach(async () => {
  stage = await BusStage.open()
})
afterEach(() => stage.close())

describe('publishing', () => {
  test('to a silent log gathers nothing, numbers nothing and sets no timer', async () => {
    const silent = Object.assign(new MemoryEventStore(), { isSilent: true })
    const quiet = new EventBus({ store: silent, clock: stage.clock, logger: silentLogger })
    await quiet.start([tenantId])
    await stage.clock.advance(60)
    const timers = stage.clock.pendingTimers
    expect(quiet.publish({ tenantId, type: 'task.ready' }).withdraw()).toBeNull()
    quiet.wake()
    expect([quiet.pending, stage.clock.pendingTimers]).toEqual([0, timers])
    await stage.stopBus(quiet)
    expect(await silent.sequence(1)).toEqual([])
  })

  test('what is published together is delivered with the most urgent first, those of one priority in their order', async () => {
    const delivered: unknown[] = []
    stage.bus.subscribe('*', event => delivered.push([event.priority, event.data['n']]))
    for (const [n, priority] of [5, 9, 1, 5, 1, 10, 3].entries()) {
      stage.bus.publish({ tenantId, type: 'task.ready', priority, data: { n } })
    }
    await stage.clock.advance(60)
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
    const seen = stage.follow(null)
    const [first, second] = [1, 2].map(n => stage.bus.publish({ tenantId, type: 'task.ready', data: { n } }))
    expect(first?.withdraw()).toMatchObject({ type: 'task.ready', data: { n: 1 } })
    expect(stage.bus.pending).toBe(1)
    await stage.clock.advance(60)
    expect([first?.withdraw(), second?.withdraw()]).toEqual([null, null])
    expect(seen).toEqual([1])
    stage.bus.publish({ tenantId, type: 'task.ready' }).withdraw()
    await stage.clock.advance(60)
    await stage.deliver(1)
    expect(seen).toEqual([1, 2])
  })

  test('nothing is delivered before it is committed', async () => {
    let delivered = 0
    stage.bus.subscribe('*', () => delivered++)
    stage.line.isAway = true
    stage.publish(3)
    await stage.clock.advance(10_000)
    expect(delivered).toBe(0)
    expect(stage.bus.pending).toBe(3)
  })

  test('an event that names nothing else has priority 5, no task, module or instance, and the time of its publication', async () => {
    const at = new Date(stage.clock.now()).toISOString()
    await stage.deliver(1)
    expect(stage.bus.recent(tenantId, {}, 1)).toMatchObject([
      { seq: 1, schemaVersion: 1, at, priority: 5, taskId: null, moduleId: null, instanceId: null },
    ])
  })

  test('what others commit in their own transactions is delivered when the bus is woken', async () => {
    const seen = stage.follow(null)
    await stage.store.append([{ tenantId, events: [stampedEvent('module.enabled')] }])
    stage.bus.wake()
    await stage.clock.advance(20)
    expect(seen).toEqual([1])
  })

  test('a wake in the very moment in which numbering ends is not lost', async () => {
    for (let microtasks = 0; microtasks < 20; microtasks++) {
      const before = (await stage.store.position()).lastSeq
      const sequence = stage.store.sequence.bind(stage.store)
      stage.store.sequence = async max => {
        const batches = await sequence(max)
        stage.store.sequence = sequence
        void (async () => {
          for (let step = 0; step < microtasks; step++) await null
          await stage.store.append([{ tenantId, events: [stampedEvent('task.ready')] }])
          stage.bus.wake()
        })()
        return batches
      }
      stage.bus.wake()
      await stage.clock.advance(50)
      expect((await stage.store.position()).lastSeq).toBe(before + 1)
    }
  })
})

describe('subscribing', () => {
  test('a pattern is everything, an area, or one type', async () => {
    const heard: Record<string, string[]> = { '*': [], 'task.*': [], 'task.ready': [], 'circuit.*': [] }
    for (const [pattern, list] of Object.entries(heard)) stage.bus.subscribe(pattern, event => list.push(event.type))
    for (const type of ['task.ready', 'task.failed', 'circuit.opened'] as const) await stage.deliver(1, type)
    expect(heard).toEqual({
      '*': ['task.ready', 'task.failed', 'circuit.opened'],
      'task.*': ['task.ready', 'task.failed'],
      'task.ready': ['task.ready'],
      'circuit.*': ['circuit.opened'],
    })
  })

  test('a subscriber that fails harms neither the publisher nor other subscribers, and is counted', async () => {
    const heard: number[] = []
    const seen = stage.follow(null)
    stage.bus.subscribe('*', () => {
      throw new Error('a bad subscriber')
    })
    stage.bus.subscribe('*', event => heard.push(event.seq))
    await stage.deliver(3)
    expect(heard).toEqual([1, 2, 3])
    expect(seen).toEqual([1, 2, 3])
    expect(stage.bus.listenerErrors).toBe(3)
  })

  test('a subscriber that unsubscribes hears nothing more, also when it does so while it is told', async () => {
    const heard: number[] = []
    const stop = stage.bus.subscribe('*', event => {
      heard.push(event.seq)
      stop()
    })
    await stage.deliver(3)
    expect(heard).toEqual([1])
  })

  test('each event names its tenant', async () => {
    const heard: string[] = []
    stage.bus.subscribe('*', event => heard.push(event.tenantId))
    stage.bus.publish({ tenantId: 'another', type: 'task.ready' })
    await stage.deliver(1)
    expect(heard.toSorted()).toEqual(['another', 'default'])
  })
})

describe('reading', () => {
  test('a replay is the range that was asked for, both ends included, with the types that were asked for', async () => {
    for (let batch = 0; batch < 15; batch++) {
      stage.publish(60, 'task.ready')
      stage.publish(40, 'task.failed')
      await stage.clock.advance(60)
    }
    const seqs = async (fromSeq: number, toSeq: number, types?: string[]) =>
      (await stage.bus.replay(tenantId, { fromSeq, toSeq }, types)).map(event => event.seq)
    expect(await seqs(98, 703)).toEqual(range(98, 703))
    expect(await seqs(61, 100, ['task.failed'])).toEqual(range(61, 100))
    expect(await seqs(1, 60, ['task.failed'])).toEqual([])
    expect(await seqs(1_490, 9_999)).toEqual(range(1_490, 1_500))
    expect(await seqs(10, 9)).toEqual([])
  })

  test('a replay has at most 10,000 events', async () => {
    for (let batch = 0; batch < 11; batch++) await stage.deliver(1_000)
    expect(await stage.bus.replay(tenantId, { fromSeq: 1, toSeq: 20_000 })).toHaveLength(10_000)
  })

  test('the last 1,000 are held in memory, newest first, filtered; older ones are in the list', async () => {
    for (let batch = 0; batch < 3; batch++) {
      await stage.deliver(400)
      await stage.deliver(1, 'circuit.opened')
    }
    stage.line.isAway = true
    const recent = stage.bus.recent(tenantId, {}, 5_000).map(event => event.seq)
    expect(recent).toEqual(range(204, 1_203).toReversed())
    expect(stage.bus.recent(tenantId, { types: ['circuit.*'] }, 10).map(event => event.seq)).toEqual([1_203, 802, 401])
    stage.line.isAway = false
    const page = await stage.bus.list(tenantId, {}, { limit: 3 })
    expect(page.items.map(event => event.seq)).toEqual([1_203, 1_202, 1_201])
    const next = await stage.bus.list(tenantId, {}, { limit: 3, cursor: page.nextCursor ?? '' })
    expect(next.items.map(event => event.seq)).toEqual([1_200, 1_199, 1_198])
  })
})

describe('statistics', () => {
  test('count everything by type, show the newest hundred, and the rate of the last ten seconds', async () => {
    await stage.deliver(150, 'task.ready')
    await stage.deliver(50, 'task.failed')
    await stage.clock.advance(1_000)
    const stats = stage.bus.stats(tenantId)
    expect(stats).toMatchObject({ total: 200, byType: { 'task.ready': 150, 'task.failed': 50 }, eventsPerSecond: 20 })
    expect(stats.recent).toHaveLength(100)
    await stage.clock.advance(20_000)
    expect(stage.bus.stats(tenantId).eventsPerSecond).toBe(0)
  })

  test('totals survive a restart', async () => {
    await stage.deliver(150)
    await stage.stopBus()
    stage.bus = await stage.startBus()
    expect(stage.bus.stats(tenantId).total).toBe(150)
    await stage.deliver(5)
    expect(stage.bus.stats(tenantId).total).toBe(155)
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
        stage.store = new MemoryEventStore()
        const addTotals = stage.store.addTotals.bind(stage.store)
        let isAnswerLost = false
        stage.store.addTotals = async (...args) => {
          const counted = await addTotals(...args)
          if (!isAnswerLost) return counted
          isAnswerLost = false
          throw new Error('the connection was lost after the commit')
        }
        stage.line = interruptible(stage.store)
        stage.bus = await stage.startBus()
        for (const step of plan) {
          if ('publish' in step) stage.publish(step.publish)
          else if ('wait' in step) await stage.clock.advance(step.wait)
          else if (step.do === 'lose the next answer') isAnswerLost = true
          else if (step.do === 'outage') {
            stage.line.isAway = true
            await stage.clock.advance(3_000)
            stage.line.isAway = false
          } else {
            // What the dead process would still have done is cut off with its line to the store.
            stage.line.isAway = true
            await stage.clock.advance(0)
            stage.line = interruptible(stage.store)
            stage.bus = await stage.startBus()
          }
        }
        await stage.clock.advance(10_000)
        const { lastSeq, countedSeq } = await stage.store.position()
        expect(stage.bus.stats(tenantId).total).toBe(lastSeq)
        expect(countedSeq).toBe(lastSeq)
        expect((await stage.store.savedTotals()).totals.reduce((sum, { count }) => sum + count, 0)).toBe(lastSeq)
        await stage.stopBus()
      }),
      { numRuns: 25 },
    )
  })
})

describe('stopping', () => {
  test('commits and delivers what was published, and leaves no timer', async () => {
    const heard: number[] = []
    stage.bus.subscribe('*', event => heard.push(event.seq))
    stage.publish(5)
    await stage.stopBus()
    expect(heard).toEqual([1, 2, 3, 4, 5])
    expect(stage.clock.pendingTimers).toBe(0)
  })

  test('commits also what is published while a write is under way', async () => {
    const append = stage.store.append.bind(stage.store)
    stage.store.append = async batches => {
      stage.store.append = append
      await new Promise<void>(resolve => stage.clock.setTimer(200, resolve))
      return append(batches)
    }
    const heard: unknown[] = []
    stage.bus.subscribe('*', event => heard.push(event.data['first']))
    stage.publish(1, 'task.ready', { first: true })
    await stage.clock.advance(10)
    stage.publish(2, 'task.ready', { first: false })
    await stage.stopBus()
    expect(heard).toEqual([true, false, false])
  })

  test('ends although the database is away, says what is lost, and leaves no timer', async () => {
    stage.line.isAway = true
    stage.publish(3)
    await stage.clock.advance(100)
    await stage.stopBus()
    stage.publish(1)
    await stage.clock.advance(10_000)
    expect(stage.bus.dropped).toBe(4)
    expect(stage.clock.pendingTimers).toBe(0)
  })

  test('after a restart, what was committed but not numbered is numbered and delivered', async () => {
    await stage.stopBus()
    await stage.store.append([{ tenantId, events: [stampedEvent('task.ready')] }])
    stage.bus = await stage.startBus()
    expect(stage.bus.recent(tenantId, {}, 10)).toHaveLength(1)
    expect(stage.bus.stats(tenantId).total).toBe(1)
  })
})

test('when the clock is set back, events go on being numbered', async () => {
  await stage.deliver(1)
  const now = stage.clock.now.bind(stage.clock)
  stage.clock.now = () => now() - 3_600_000
  await stage.deliver(1)
  expect((await stage.store.position()).lastSeq).toBe(2)
})
