import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { settlePromises } from '#server/testing/fake-clock.ts'
import type { EventType, EventView } from '../../contracts/events.ts'
import { BusStage, range, tenantId } from './testing/bus-stage.ts'

let stage: BusStage

beforeEach(async () => {
  stage = await BusStage.open()
})
afterEach(() => stage.close())

describe('following', () => {
  test('from now on, a follower sees every event from then on, once, in order', async () => {
    await stage.deliver(5)
    const seen = stage.follow(null)
    await settlePromises()
    await stage.deliver(3)
    await stage.deliver(2)
    expect(seen).toEqual([6, 7, 8, 9, 10])
  })

  test.each([0, 1, 499, 500, 1_000, 1_499, 1_500, 1_501, 2_498, 2_499])(
    'after number %i, wherever that is held, every later event comes once, in order, and then what is new',
    async afterSeq => {
      for (let batch = 0; batch < 25; batch++) await stage.deliver(100)
      const seen = stage.follow(afterSeq)
      await stage.clock.advance(50)
      expect(seen).toEqual(range(afterSeq + 1, 2_500))
      await stage.deliver(7)
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
          await stage.renew()
          let published = 0
          const add = (count: number) => {
            for (let n = 0; n < count; n++) stage.publish(1, types[published++ % types.length])
          }
          add(before)
          await stage.clock.advance(60)
          const afterSeq = Math.min(resumeAfter, before)
          const stop = new AbortController()
          const reader = stage.bus.follow(tenantId, { types: wanted }, afterSeq, stop.signal)[Symbol.asyncIterator]()
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
            else if ('wait' in step) await stage.clock.advance(step.wait)
            else
              for (let n = 0; n < step.read; n++) {
                read()
                await Promise.race([pending, settlePromises()])
              }
          }
          for (let quiet = 0; quiet < 5; ) {
            const had = seen.length
            read()
            await stage.clock.advance(10)
            quiet = seen.length === had ? quiet + 1 : 0
          }
          stop.abort()
          await pending
          const log = (await stage.store.readAfter(tenantId, afterSeq, { types: wanted }, 100_000)).events
          expect(seen).toEqual(log)
          expect((await stage.store.position()).lastSeq).toBe(published)
          await stage.stopBus()
        },
      ),
      { numRuns: 25 },
    )
  })

  test('a tenant without events, or with none so far back, is followed without asking the store again and again', async () => {
    for (let batch = 0; batch < 15; batch++) await stage.deliver(100)
    await stage.stopBus()
    stage.bus = await stage.startBus()
    let reads = 0
    const readAfter = stage.store.readAfter.bind(stage.store)
    stage.store.readAfter = (...args) => {
      reads++
      if (reads > 100) throw new Error('it asks the store without end')
      return readAfter(...args)
    }
    const seen: number[] = []
    void (async () => {
      for await (const event of stage.bus.follow('another', {}, 0, stage.followers.signal)) seen.push(event.seq)
    })()
    await stage.clock.advance(1_000)
    expect(reads).toBeLessThan(3)
    stage.bus.publish({ tenantId: 'another', type: 'task.ready' })
    await stage.clock.advance(60)
    expect(seen).toEqual([1_501])
  })

  test('a number that this log never gave, from one that it replaced, goes on from the end', async () => {
    await stage.deliver(3)
    const seen = stage.follow(1_000_000)
    await stage.clock.advance(20)
    await stage.deliver(2)
    expect(seen).toEqual([4, 5])
  })

  test('ends when its signal aborts, be it while it waits, and when the bus stops', async () => {
    const stop = new AbortController()
    const reader = stage.bus.follow(tenantId, {}, null, stop.signal)[Symbol.asyncIterator]()
    const waiting = reader.next()
    await settlePromises()
    expect(stage.bus.stats(tenantId).subscribers).toBe(1)
    stop.abort()
    expect((await waiting).done).toBe(true)
    expect(stage.bus.stats(tenantId).subscribers).toBe(0)
    const other = stage.bus.follow(tenantId, {}, null, stage.followers.signal)[Symbol.asyncIterator]().next()
    await settlePromises()
    await stage.stopBus()
    expect((await other).done).toBe(true)
  })

  test('a follower is counted while it lives, also while it is busy with an event', async () => {
    const reader = stage.bus.follow(tenantId, {}, 0, stage.followers.signal)[Symbol.asyncIterator]()
    await stage.deliver(2)
    await reader.next()
    expect(stage.bus.stats(tenantId).subscribers).toBe(1)
    await reader.return?.()
    expect(stage.bus.stats(tenantId).subscribers).toBe(0)
  })
})
