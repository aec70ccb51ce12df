import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FakeClock } from '#server/testing/fake-clock.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import { Admission } from './admission.ts'

const everyPriority = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]

/** An admission whose store counts what the test says. */
async function startAdmission(capacity: number, stored: number) {
  const clock = new FakeClock()
  const store = { count: stored, isAway: false }
  const admission = new Admission({
    capacity,
    clock,
    count: async () => {
      if (store.isAway) throw new Error('away')
      return store.count
    },
  })
  await admission.start()
  return { admission, clock, store }
}

function isAdmitted(admission: Admission, priority: number): boolean {
  try {
    admission.admit(priority)
    return true
  } catch (error) {
    if (error instanceof QuarterdeckError && error.code === 'QUEUE_FULL') return false
    throw error
  }
}

/** Which priorities are let in when the queue is this full. */
async function admittedAt(capacity: number, stored: number): Promise<number[]> {
  const { admission } = await startAdmission(capacity, stored)
  return everyPriority.filter(priority => {
    const admitted = isAdmitted(admission, priority)
    if (admitted) admission.released()
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
    const { admission } = await startAdmission(100, 99)
    expect(isAdmitted(admission, 2)).toBe(true)
    expect(isAdmitted(admission, 1)).toBe(false)
    expect(admission).toMatchObject({ fill: 1, shed: 1 })
  })

  test('answers with what to do: try again later, and when', async () => {
    const { admission } = await startAdmission(100, 95)
    expect(() => admission.admit(10)).toThrow(
      expect.objectContaining({
        code: 'QUEUE_FULL',
        retryable: true,
        message: 'The queue is 95 % full; work of priority 10 is not taken now.',
        details: { retryAfterMs: 2_000, retryAfterSeconds: 2, capacity: 100 },
      }),
    )
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
})

describe('counting', () => {
  test('places that were let in and given back can be taken again', async () => {
    const { admission } = await startAdmission(10, 0)
    for (let place = 0; place < 10; place++) admission.admit(1)
    expect(isAdmitted(admission, 1)).toBe(false)
    admission.released(4)
    expect(admission.fill).toBe(0.6)
    expect(isAdmitted(admission, 10)).toBe(true)
  })

  test('what other replicas took and ended is seen within a second', async () => {
    const { admission, clock, store } = await startAdmission(10, 0)
    store.count = 10
    await clock.advance(1_000)
    expect(isAdmitted(admission, 1)).toBe(false)
    store.count = 3
    await clock.advance(1_000)
    expect(admission.fill).toBe(0.3)
  })

  test('a count that drifted below nothing counts as empty', async () => {
    const { admission } = await startAdmission(10, 1)
    admission.released(5)
    expect(admission.fill).toBe(0)
  })

  test('while the store is away it goes by what it knows, and counts again when the store is back', async () => {
    const { admission, clock, store } = await startAdmission(10, 5)
    store.isAway = true
    await clock.advance(5_000)
    expect(admission.fill).toBe(0.5)
    Object.assign(store, { isAway: false, count: 7 })
    await clock.advance(1_000)
    expect(admission.fill).toBe(0.7)
  })

  test('after it was stopped, also while it was counting, it counts no more', async () => {
    const clock = new FakeClock()
    let endCount = (_count: number) => {}
    let counts = 0
    const admission = new Admission({
      capacity: 10,
      clock,
      count: () => {
        counts++
        return counts === 1 ? Promise.resolve(0) : new Promise(resolve => (endCount = resolve))
      },
    })
    await admission.start()
    await clock.advance(1_000)
    admission.stop()
    endCount(3)
    await clock.advance(10_000)
    expect({ counts, timers: clock.pendingTimers }).toEqual({ counts: 2, timers: 0 })
  })
})
