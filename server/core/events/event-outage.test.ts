import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { stampedEvent } from '#server/testing/event-store-contract.ts'
import { settlePromises } from '#server/testing/fake-clock.ts'
import { BusStage, range, tenantId } from './testing/bus-stage.ts'

let stage: BusStage

beforeEach(async () => {
  stage = await BusStage.open()
})
afterEach(() => stage.close())

describe('when the database is away', () => {
  test('nothing that was published is lost, and everything is delivered once when it is back', async () => {
    const seen = stage.follow(null)
    await stage.deliver(10)
    stage.line.isAway = true
    stage.publish(500)
    await stage.clock.advance(30_000)
    stage.publish(500)
    await stage.clock.advance(1_000)
    stage.line.isAway = false
    await stage.clock.advance(2_000)
    expect(seen).toEqual(range(1, 1_010))
    expect(stage.bus.dropped).toBe(0)
  })

  test('numbering whose answer was lost is made up for: everybody still sees every event once, in order', async () => {
    const heard: number[] = []
    stage.bus.subscribe('*', event => heard.push(event.seq))
    const seen = stage.follow(null)
    await settlePromises()
    const sequence = stage.store.sequence.bind(stage.store)
    let lost = 0
    stage.store.sequence = async max => {
      const batches = await sequence(max)
      if (batches.length > 0 && lost++ % 2 === 0) throw new Error('the connection was lost after the commit')
      return batches
    }
    for (let batch = 0; batch < 6; batch++) await stage.deliver(3)
    await stage.clock.advance(2_000)
    expect(lost).toBeGreaterThan(3)
    expect(heard).toEqual(range(1, 18))
    expect(seen).toEqual(range(1, 18))
  })

  test('the last events are delivered even when the answer to their numbering was lost and nothing follows', async () => {
    const seen = stage.follow(null)
    await settlePromises()
    const sequence = stage.store.sequence.bind(stage.store)
    stage.store.sequence = async max => {
      await sequence(max)
      stage.store.sequence = sequence
      throw new Error('the connection was lost after the commit')
    }
    await stage.deliver(3)
    await stage.clock.advance(1_000)
    expect(seen).toEqual([1, 2, 3])
  })

  test('what another process numbered is delivered too, in its place', async () => {
    const seen = stage.follow(null)
    await settlePromises()
    await stage.store.append([{ tenantId, events: [stampedEvent('task.ready'), stampedEvent('task.running')] }])
    await stage.store.sequence(10)
    await stage.deliver(1)
    expect(seen).toEqual([1, 2, 3])
  })

  test('no more than 100,000 events wait; those beyond are dropped and counted, and the others are not', async () => {
    stage.line.isAway = true
    stage.publish(60_000)
    await stage.clock.advance(100)
    stage.publish(60_000)
    await stage.clock.advance(2_000)
    expect(stage.bus).toMatchObject({ pending: 100_000, dropped: 20_000 })
    stage.line.isAway = false
    await stage.clock.advance(5_000)
    expect((await stage.store.position()).lastSeq).toBe(100_000)
    expect(stage.bus.pending).toBe(0)
  })

  test('the lag says how long the oldest event has been waiting, and forgets after ten quiet seconds', async () => {
    await stage.deliver(1)
    expect(stage.bus.lagMs).toBeLessThan(50)
    stage.line.isAway = true
    stage.publish(1)
    await stage.clock.advance(5_000)
    expect(stage.bus.lagMs).toBeGreaterThanOrEqual(5_000)
    stage.line.isAway = false
    await stage.clock.advance(1_000)
    expect(stage.bus.lagMs).toBeGreaterThanOrEqual(5_000)
    await stage.clock.advance(10_000)
    expect(stage.bus.lagMs).toBe(0)
  })
})
