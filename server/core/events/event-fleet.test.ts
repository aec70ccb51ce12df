import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { FakeClock } from '#server/testing/fake-clock.ts'
import { MemoryEventStore } from '#server/testing/memory-event-store.ts'
import { type InterruptiblePort, interruptible } from '#server/testing/outage.ts'
import { silentLogger } from '../shared/logger.ts'
import { EventBus } from './event-bus.ts'

const tenantId = 'default'
const replicas = 3
let clock: FakeClock
let store: MemoryEventStore
let buses: { bus: EventBus; line: InterruptiblePort<MemoryEventStore>; seen: number[] }[]
/** Whether what one numbers is called out to the others. */
let isCallHeard: boolean
let keeper: number

beforeEach(startFleet)

async function startFleet(): Promise<void> {
  clock = new FakeClock()
  store = new MemoryEventStore()
  buses = []
  isCallHeard = true
  keeper = 0
  for (let index = 0; index < replicas; index++) {
    const line = interruptible(store)
    const seen: number[] = []
    const bus = new EventBus({
      store: line.port,
      clock,
      logger: silentLogger,
      fleet: {
        isShared: () => true,
        keepsTotals: () => keeper === index,
        onNumbered() {
          if (isCallHeard) for (const other of buses) if (other.bus !== bus) other.bus.catchUp()
        },
      },
    })
    await bus.start([tenantId])
    bus.subscribe('*', event => seen.push(event.seq))
    buses.push({ bus, line, seen })
  }
  await clock.advance(50)
}

function publish(index: number, count: number): void {
  for (let n = 0; n < count; n++) buses[index]?.bus.publish({ tenantId, type: 'task.ready', data: { by: index, n } })
}

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1)

describe('several replicas on one log', () => {
  test('each sees every event in sequence, without gap or repeat, whoever published and numbered it', async () => {
    for (let round = 0; round < 20; round++) {
      publish(round % replicas, 3)
      if (round % 4 === 0) publish((round + 1) % replicas, 2)
      await clock.advance(round % 7)
    }
    await clock.advance(100)
    const { lastSeq } = await store.position()
    expect(lastSeq).toBe(70)
    for (const { seen } of buses) expect(seen).toEqual(upTo(lastSeq))
  })

  test('who did not hear that events were numbered finds them when it looks', async () => {
    isCallHeard = false
    publish(0, 5)
    await clock.advance(100)
    expect(buses[1]?.seen).toEqual([])
    buses[1]?.bus.wake()
    await clock.advance(20)
    expect(buses[1]?.seen).toEqual(upTo(5))
  })

  test('what a replica committed and did not live to number is numbered and delivered by another', async () => {
    await store.append([
      { tenantId, events: [{ ...stamped, type: 'task.failed' }, stamped] },
      { tenantId, events: [stamped] },
    ])
    buses[2]?.bus.wake()
    await clock.advance(100)
    for (const { seen } of buses) expect(seen).toEqual(upTo(3))
  })

  test('totals are counted once and are right on every replica, however often the duty of saving them moves', async () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({ publish: fc.integer({ min: 1, max: 20 }), by: fc.nat(replicas - 1) }),
        fc.record({ wait: fc.integer({ min: 1, max: 3_000 }) }),
        fc.record({ keeper: fc.nat(replicas - 1) }),
        fc.record({ outageOf: fc.nat(replicas - 1) }),
      ),
      { maxLength: 30 },
    )
    await fc.assert(
      fc.asyncProperty(steps, async plan => {
        await startFleet()
        for (const step of plan) {
          if ('publish' in step) publish(step.by, step.publish)
          else if ('wait' in step) await clock.advance(step.wait)
          else if ('keeper' in step) keeper = step.keeper
          else {
            const line = buses[step.outageOf]?.line
            if (line) line.isAway = true
            await clock.advance(1_500)
            if (line) line.isAway = false
          }
        }
        await clock.advance(5_000)
        // One more event has the keeper of the moment save all there is.
        publish(keeper, 1)
        await clock.advance(10_000)
        const { lastSeq, countedSeq } = await store.position()
        expect(countedSeq).toBe(lastSeq)
        expect((await store.savedTotals()).totals.reduce((sum, { count }) => sum + count, 0)).toBe(lastSeq)
        for (const { bus, seen } of buses) {
          expect(seen).toEqual(upTo(lastSeq))
          expect(bus.stats(tenantId).total).toBe(lastSeq)
        }
      }),
      { numRuns: 60 },
    )
  })
})

const stamped = {
  schemaVersion: 1,
  type: 'task.ready',
  at: Date.UTC(2026, 10, 21),
  priority: 5,
  taskId: null,
  moduleId: null,
  instanceId: null,
  data: {},
} as const
