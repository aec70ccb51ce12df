import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FakeClock, settlePromises } from '#server/testing/fake-clock.ts'
import { Batcher, type BatcherOptions } from './batcher.ts'

/** A batcher that doubles numbers, whose writes end when the test says so. */
class Harness {
  readonly clock = new FakeClock()
  readonly batches: number[][] = []
  readonly open: { end: () => void; fail: (error: Error) => void }[] = []
  readonly batcher: Batcher<number, number>

  constructor(options: Partial<BatcherOptions<number, number>> = {}) {
    this.batcher = new Batcher({
      clock: this.clock,
      maxDelayMs: 2,
      gapMs: () => 0,
      maxSize: 4,
      maxConcurrent: 2,
      write: items =>
        new Promise((resolve, reject) => {
          this.batches.push(items)
          this.open.push({ end: () => resolve(items.map(item => item * 2)), fail: reject })
        }),
      ...options,
    })
  }

  async endAll(): Promise<void> {
    while (this.open.length > 0) {
      for (const { end } of this.open.splice(0)) end()
      await settlePromises()
    }
  }
}

describe('gathering', () => {
  test('items that arrive together are written together, in the order of the calls, each with its own answer', async () => {
    const harness = new Harness()
    const answers = Promise.all([1, 2, 3].map(item => harness.batcher.add(item)))
    expect(harness.batches).toEqual([])
    await harness.clock.advance(2)
    expect(harness.batches).toEqual([[1, 2, 3]])
    await harness.endAll()
    expect(await answers).toEqual([2, 4, 6])
  })

  test('a full batch leaves at once, also beside another one; what does not fill a batch waits until none is written', async () => {
    const harness = new Harness({ maxSize: 2 })
    for (const item of [1, 2, 3, 4, 5]) void harness.batcher.add(item)
    const full = [
      [1, 2],
      [3, 4],
    ]
    expect(harness.batches).toEqual(full)
    harness.open.shift()?.end()
    await harness.clock.advance(10)
    expect(harness.batches).toEqual(full)
    harness.open.shift()?.end()
    await harness.clock.advance(2)
    expect(harness.batches).toEqual([...full, [5]])
  })

  test('while as many writes run as may, items gather, and leave as soon as one of them ends', async () => {
    const harness = new Harness({ maxSize: 2, maxConcurrent: 1 })
    for (const item of [1, 2, 3, 4, 5]) void harness.batcher.add(item)
    await harness.clock.advance(10)
    expect(harness.batches).toEqual([[1, 2]])
    harness.open.shift()?.end()
    await settlePromises()
    expect(harness.batches).toEqual([
      [1, 2],
      [3, 4],
    ])
  })

  test('batches that are not full start as far apart as the gap of the last one says, and the first of them after its delay', async () => {
    const harness = new Harness({ gapMs: items => items * 6 })
    void harness.batcher.add(1)
    await harness.clock.advance(2)
    expect(harness.batches).toEqual([[1]])
    harness.open.shift()?.end()
    await settlePromises()
    void harness.batcher.add(2)
    await harness.clock.advance(3)
    void harness.batcher.add(3)
    expect(harness.batches).toEqual([[1]])
    await harness.clock.advance(3)
    expect(harness.batches).toEqual([[1], [2, 3]])
  })

  test('what gathered during a write that outlasted the gap leaves as soon as the write ends', async () => {
    const harness = new Harness({ gapMs: () => 6, maxConcurrent: 1 })
    void harness.batcher.add(1)
    await harness.clock.advance(2)
    void harness.batcher.add(2)
    await harness.clock.advance(20)
    harness.open.shift()?.end()
    await settlePromises()
    await harness.clock.advance(0)
    expect(harness.batches).toEqual([[1], [2]])
  })
})

describe('failing', () => {
  test('a write that fails refuses its own items with its error, and no others', async () => {
    const harness = new Harness({ maxSize: 2 })
    const answers = [1, 2, 3, 4].map(item => harness.batcher.add(item).catch((error: Error) => error.message))
    harness.open.shift()?.fail(new Error('away'))
    await harness.endAll()
    expect(await Promise.all(answers)).toEqual(['away', 'away', 6, 8])
  })

  test('a writer that throws before it returns a promise fails its batch like any other', async () => {
    const harness = new Harness({
      write: () => {
        throw new Error('at once')
      },
    })
    const answer = harness.batcher.add(1)
    await Promise.all([expect(answer).rejects.toThrow('at once'), harness.clock.advance(2)])
  })
})

test('draining waits for everything that was added, without waiting for the delay', async () => {
  const harness = new Harness({ maxSize: 2, maxConcurrent: 1 })
  for (const item of [1, 2, 3]) void harness.batcher.add(item)
  let isDrained = false
  void harness.batcher.drain().then(() => {
    isDrained = true
  })
  await settlePromises()
  expect({ batches: harness.batches, isDrained }).toEqual({ batches: [[1, 2]], isDrained: false })
  harness.open.shift()?.end()
  await settlePromises()
  expect({ batches: harness.batches, isDrained }).toEqual({ batches: [[1, 2], [3]], isDrained: false })
  await harness.endAll()
  expect(isDrained).toBe(true)
  expect(harness.clock.pendingTimers).toBe(0)
})

test('whatever arrives when: every item is written once, in order, in batches and numbers within the limits', async () => {
  const steps = fc.array(fc.oneof(fc.record({ add: fc.integer({ min: 1, max: 9 }) }), fc.record({ wait: fc.nat(5) })), {
    size: 'max',
    maxLength: 60,
  })
  const limits = fc.record({
    maxSize: fc.integer({ min: 1, max: 6 }),
    maxConcurrent: fc.integer({ min: 1, max: 3 }),
    gapMsPerItem: fc.nat(6),
  })
  await fc.assert(
    fc.asyncProperty(steps, limits, async (plan, { maxSize, maxConcurrent, gapMsPerItem }) => {
      const clock = new FakeClock()
      const written: number[] = []
      let writing = 0
      const batcher = new Batcher<number, number>({
        clock,
        maxDelayMs: 2,
        gapMs: items => items * gapMsPerItem,
        maxSize,
        maxConcurrent,
        write: async items => {
          writing++
          expect(writing).toBeLessThanOrEqual(maxConcurrent)
          expect(items.length).toBeLessThanOrEqual(maxSize)
          written.push(...items)
          await new Promise<void>(resolve => clock.setTimer(3, resolve))
          writing--
          return items.map(item => -item)
        },
      })
      const answers: Promise<number>[] = []
      for (const step of plan) {
        if ('wait' in step) await clock.advance(step.wait)
        else for (let n = 0; n < step.add; n++) answers.push(batcher.add(answers.length + 1))
      }
      const drained = batcher.drain()
      await clock.advance(10_000)
      await drained
      const expected = answers.map((_, index) => index + 1)
      expect(written).toEqual(expected)
      expect(await Promise.all(answers)).toEqual(expected.map(item => -item))
      expect(clock.pendingTimers).toBe(0)
    }),
    { numRuns: 60 },
  )
})
