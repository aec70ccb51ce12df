import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FakeClock } from '#server/testing/fake-clock.ts'
import { createSeededRandom } from '#server/testing/seeded-random.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import { silentLogger } from '../shared/logger.ts'
import { type Admissible, Admission } from './admission.ts'

const everyPriority = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
const tenantId = 'default'

function taskOf(priority: number, change: Partial<Admissible> = {}): Admissible {
  return { tenantId, type: 'work', priority, payloadBytes: 0, ...change }
}

/** A store that counts what the test says. */
class CountedStore {
  count: number
  bytes = 0
  ended = 0
  isAway = false
  /** What the tables hold beyond the totals. */
  lost = 0
  types: Record<string, number> = {}
  reads = { totals: 0, tables: 0, types: 0 }

  constructor(count: number) {
    this.count = count
  }

  async liveTotals() {
    if (this.isAway) throw new Error('away')
    this.reads.totals++
    return { count: this.count, bytes: this.bytes, ended: this.ended }
  }

  async recountLive() {
    this.reads.tables++
    const totals = { count: this.count, bytes: this.bytes, ended: this.ended }
    return { counted: { count: this.count + this.lost, bytes: this.bytes }, totals }
  }

  async liveByType(_tenantId: string, types: readonly string[]) {
    this.reads.types++
    return Object.fromEntries(types.map(type => [type, this.types[type] ?? 0]))
  }
}

interface Room {
  capacity?: number
  capacityBytes?: number
  typeCaps?: Record<string, number>
}

async function startAdmission(stored: number, room: Room = {}, store = new CountedStore(stored)) {
  const clock = new FakeClock()
  const { capacity = 100, capacityBytes = Number.MAX_SAFE_INTEGER, typeCaps = {} } = room
  const caps = {
    typeCapsOf: () => typeCaps,
    tenantsWithCaps: () => (Object.keys(typeCaps).length > 0 ? [tenantId] : []),
  }
  const admission = new Admission({ capacity, capacityBytes, store, caps, clock, logger: silentLogger })
  await admission.start()
  return { admission, clock, store }
}

/** Null when it is let in; else why not. */
function refusalOf(admission: Admission, task: Admissible): QuarterdeckError | null {
  try {
    admission.admit(task)
    return null
  } catch (error) {
    if (error instanceof QuarterdeckError) return error
    throw error
  }
}

function isAdmitted(admission: Admission, priority: number): boolean {
  return refusalOf(admission, taskOf(priority)) === null
}

/** Which priorities are let in when the queue is this full. */
async function admittedAt(capacity: number, stored: number): Promise<number[]> {
  const { admission } = await startAdmission(stored, { capacity })
  return everyPriority.filter(priority => {
    const admitted = isAdmitted(admission, priority)
    if (admitted) admission.settle(taskOf(priority), false)
    return admitted
  })
}

describe('shedding', () => {
  test('lets everything in below 90 % of the capacity', async () => {
    expect(await admittedAt(100_000, 89_999)).toEqual(everyPriority)
  })

  test.each([
    [90, 9],
    [91, 8],
    [92, 7],
    [93, 6],
    [94, 5],
    [95, 4],
    [96, 3],
    [97, 2],
    [98, 2],
    [99, 2],
  ])('filled to %i percent, lets in priorities up to %i', async (percent, lowest) => {
    expect(await admittedAt(100_000, percent * 1_000)).toEqual(everyPriority.filter(number => number <= lowest))
    expect(await admittedAt(100, percent)).toEqual(everyPriority.filter(number => number <= lowest))
  })

  test('lets urgent work in up to the last place, and nothing beyond the capacity', async () => {
    const { admission } = await startAdmission(99)
    expect(isAdmitted(admission, 2)).toBe(true)
    expect(isAdmitted(admission, 1)).toBe(false)
    expect(admission).toMatchObject({ fill: 1, shed: 1 })
  })

  test('never refuses work that is more urgent than work it takes, and never exceeds its capacity', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 200 }), fc.nat(200), async (capacity, stored) => {
        const admitted = await admittedAt(capacity, stored)
        expect(admitted).toEqual(everyPriority.slice(0, admitted.length))
        if (stored >= capacity) expect(admitted).toEqual([])
        else expect(admitted).toEqual(expect.arrayContaining([1, 2]))
      }),
    )
  })

  test('goes by bytes as by count, whichever is fuller: few large tasks shed the lowest too', async () => {
    const { admission, store, clock } = await startAdmission(3, { capacityBytes: 1_000 })
    store.bytes = 955
    await clock.advance(1_000)
    expect(admission.fill).toBe(0.955)
    expect(refusalOf(admission, taskOf(10))?.details).toMatchObject({ measure: 'bytes', used: 955, capacity: 1_000 })
    expect(refusalOf(admission, taskOf(4, { payloadBytes: 10 }))).toBeNull()
    expect(admission.bytes).toBe(965)
    expect(refusalOf(admission, taskOf(1, { payloadBytes: 36 }))?.message).toBe(
      'The queue is full by the size of what waits.',
    )
    expect(refusalOf(admission, taskOf(1, { payloadBytes: 35 }))).toBeNull()
  })

  test('a type that has a cap is shed by its own fill, and others are not touched', async () => {
    const store = new CountedStore(40)
    store.types = { slow: 19 }
    const { admission } = await startAdmission(40, { typeCaps: { slow: 20 } }, store)
    expect(refusalOf(admission, taskOf(5, { type: 'slow' }))).toMatchObject({
      code: 'TASK_TYPE_FULL',
      retryable: true,
      message: '19 of at most 20 tasks of type slow wait or run; priority 5 is not taken now.',
      details: { taskType: 'slow', used: 19, capacity: 20, retryAfterMs: expect.any(Number) },
    })
    expect(refusalOf(admission, taskOf(1, { type: 'slow' }))).toBeNull()
    expect(refusalOf(admission, taskOf(1, { type: 'slow' }))?.code).toBe('TASK_TYPE_FULL')
    expect(refusalOf(admission, taskOf(10, { type: 'constructor' }))).toBeNull()
    admission.ended(taskOf(1, { type: 'slow' }))
    expect(refusalOf(admission, taskOf(1, { type: 'slow' }))).toBeNull()
  })
})

describe('try again later', () => {
  test('says when, by the rate at which work ends: the more urgent, the sooner', async () => {
    const { admission, clock, store } = await startAdmission(9_600, { capacity: 10_000 })
    for (let second = 0; second < 20; second++) {
      store.ended += 50
      await clock.advance(1_000)
    }
    expect(admission.drainPerSecond).toBeCloseTo(50)
    const waits = [10, 8, 4].map(priority => refusalOf(admission, taskOf(priority))?.details?.['retryAfterMs'])
    // 600, 400 and no places too many (one has to end in any case), 50 a second.
    expect(waits).toEqual([12_000, 8_000, 1_000])
    expect(refusalOf(admission, taskOf(10))).toMatchObject({
      code: 'QUEUE_FULL',
      retryable: true,
      message: 'The queue is 96 % full; work of priority 10 is not taken now.',
      details: { retryAfterSeconds: 12, capacity: 10_000, used: 9_600, drainPerSecond: 50, measure: 'tasks' },
    })
  })

  test('says half a minute while nothing ends, and five minutes at most', async () => {
    const { admission, clock, store } = await startAdmission(100_000, { capacity: 100_000 })
    expect(refusalOf(admission, taskOf(10))?.details).toMatchObject({ retryAfterMs: 30_000 })
    for (let second = 0; second < 10; second++) {
      store.ended++
      await clock.advance(1_000)
    }
    expect(refusalOf(admission, taskOf(10))?.details).toMatchObject({ retryAfterMs: 300_000 })
  })
})

/** An hour of arrivals at a multiple of what is carried out, before a queue that began half full. */
async function overload(load: number, urgentShare: number) {
  const perSecond = 100
  const capacity = 5_000
  const { admission, clock, store } = await startAdmission(capacity / 2, { capacity })
  const random = createSeededRandom(7)
  const offered = { urgent: 0, low: 0 }
  const taken = { urgent: 0, low: 0 }
  for (let second = 0; second < 600; second++) {
    for (let arrival = 0; arrival < load * perSecond; arrival++) {
      const isUrgent = random() < urgentShare
      const task = taskOf(isUrgent ? 1 + Math.floor(random() * 2) : 3 + Math.floor(random() * 8))
      const kind = isUrgent ? 'urgent' : 'low'
      offered[kind]++
      if (refusalOf(admission, task) === null) {
        admission.settle(task, true)
        taken[kind]++
        store.count++
      }
    }
    for (let ended = 0; ended < Math.min(perSecond, store.count); ended++) admission.ended(taskOf(5))
    store.ended += Math.min(perSecond, store.count)
    store.count -= Math.min(perSecond, store.count)
    await clock.advance(1_000)
  }
  return { urgentShare: taken.urgent / offered.urgent, goodput: store.ended / (600 * perSecond), offered, taken, store }
}

describe('saturation', () => {
  test.each([1.2, 3])(
    'at %d times what can be done, all urgent work is let in, and no capacity is left unused',
    async load => {
      const { urgentShare, goodput, offered, taken, store } = await overload(load, 0.1)
      expect(urgentShare).toBeGreaterThan(0.99)
      expect(goodput).toBeGreaterThan(0.99)
      expect(taken.low).toBeLessThan(offered.low * 0.9)
      expect(store.count).toBeLessThanOrEqual(5_000)
    },
  )
})

describe('counting', () => {
  test('places that were let in and given back can be taken again', async () => {
    const { admission } = await startAdmission(0, { capacity: 10 })
    for (let place = 0; place < 10; place++) admission.admit(taskOf(1))
    expect(isAdmitted(admission, 1)).toBe(false)
    for (let place = 0; place < 4; place++) admission.settle(taskOf(1), false)
    expect(admission.fill).toBe(0.6)
    expect(isAdmitted(admission, 10)).toBe(true)
  })

  test('what is let in and not yet committed keeps its place when the totals are read again', async () => {
    const { admission, clock, store } = await startAdmission(0, { capacity: 10 })
    for (let place = 0; place < 10; place++) admission.admit(taskOf(1))
    await clock.advance(1_000)
    expect(isAdmitted(admission, 1)).toBe(false)
    for (let place = 0; place < 10; place++) admission.settle(taskOf(1), true)
    store.count = 10
    await clock.advance(1_000)
    expect(admission.fill).toBe(1)
  })

  test('what other replicas took and ended is seen within a second', async () => {
    const { admission, clock, store } = await startAdmission(0, { capacity: 10 })
    store.count = 10
    await clock.advance(1_000)
    expect(isAdmitted(admission, 1)).toBe(false)
    store.count = 3
    await clock.advance(1_000)
    expect(admission.fill).toBe(0.3)
  })

  test('the tables themselves are counted every ten minutes, and go before totals that drifted', async () => {
    const { admission, clock, store } = await startAdmission(2, { capacity: 10 })
    store.lost = 3
    await clock.advance(599_000)
    expect({ fill: admission.fill, tables: store.reads.tables }).toEqual({ fill: 0.2, tables: 0 })
    await clock.advance(2_000)
    expect({ fill: admission.fill, tables: store.reads.tables }).toEqual({ fill: 0.5, tables: 1 })
    store.count = 4
    await clock.advance(1_000)
    expect(admission.fill).toBe(0.7)
  })

  test('types are counted only where one has a cap', async () => {
    const without = await startAdmission(0)
    await without.clock.advance(60_000)
    expect(without.store.reads.types).toBe(0)
    const withCap = await startAdmission(0, { typeCaps: { work: 5 } })
    await withCap.clock.advance(60_000)
    expect(withCap.store.reads.types).toBeGreaterThan(5)
  })

  test('a count that drifted below nothing counts as empty', async () => {
    const { admission } = await startAdmission(1, { capacity: 10 })
    for (let ended = 0; ended < 5; ended++) admission.ended(taskOf(1))
    expect(admission.fill).toBe(0)
  })

  test('while the store is away it goes by what it knows, and counts again when the store is back', async () => {
    const { admission, clock, store } = await startAdmission(5, { capacity: 10 })
    store.isAway = true
    await clock.advance(5_000)
    expect(admission.fill).toBe(0.5)
    Object.assign(store, { isAway: false, count: 7 })
    await clock.advance(1_000)
    expect(admission.fill).toBe(0.7)
  })

  test('after it was stopped, also while it was counting, it counts no more', async () => {
    const { admission, clock, store } = await startAdmission(0)
    let endRead = () => {}
    store.liveTotals = () => {
      store.reads.totals++
      return new Promise(resolve => (endRead = () => resolve({ count: 3, bytes: 0, ended: 0 })))
    }
    await clock.advance(1_000)
    admission.stop()
    endRead()
    await clock.advance(10_000)
    expect({ reads: store.reads.totals, timers: clock.pendingTimers }).toEqual({ reads: 2, timers: 0 })
  })
})
