import { expect, test } from 'vitest'
import { type BulkProgress, runEach } from './bulk-run.ts'

const never = new AbortController().signal

test('everything is done once, never more at a time than allowed', async () => {
  const items = Array.from({ length: 25 }, (_, index) => index)
  const seen: number[] = []
  let underWay = 0
  let most = 0
  const last = await runEach({
    items,
    concurrency: 4,
    signal: never,
    onProgress: () => {},
    act: async item => {
      underWay += 1
      most = Math.max(most, underWay)
      await Promise.resolve()
      seen.push(item)
      underWay -= 1
    },
  })
  expect(seen.toSorted((a, b) => a - b)).toEqual(items)
  expect(most).toBe(4)
  expect(last).toMatchObject({ done: 25, succeeded: 25, failed: [], skipped: 0, isOver: true })
})

test('a failure is kept with its item and the others are still done', async () => {
  const refusal = new Error('it has ended')
  const last = await runEach({
    items: ['a', 'b', 'c'],
    concurrency: 1,
    signal: never,
    onProgress: () => {},
    act: item => (item === 'b' ? Promise.reject(refusal) : Promise.resolve()),
  })
  expect(last).toMatchObject({ succeeded: 2, failed: [{ item: 'b', error: refusal }] })
})

test('once stopped nothing more is begun, and what was left is counted', async () => {
  const stop = new AbortController()
  const told: BulkProgress<number>[] = []
  const last = await runEach({
    items: [1, 2, 3, 4, 5],
    concurrency: 1,
    signal: stop.signal,
    onProgress: progress => told.push(progress),
    act: item => {
      if (item === 2) stop.abort()
      return Promise.resolve()
    },
  })
  expect(last).toMatchObject({ done: 2, succeeded: 2, skipped: 3, isOver: true })
  expect(told.map(({ done }) => done)).toEqual([1, 2, 2])
})

test('nothing to do is over at once', async () => {
  const last = await runEach({
    items: [],
    concurrency: 4,
    signal: never,
    onProgress: () => {},
    act: () => Promise.resolve(),
  })
  expect(last).toMatchObject({ done: 0, isOver: true })
})
