import { expect, test } from 'vitest'
import { WorkWindow } from './work-window.ts'

const tenSeconds = 10_000
const begun = 1_000 * tenSeconds

test('what ended is told for each ten seconds of the last five minutes, and forgotten after them', () => {
  const work = new WorkWindow()
  work.ended(begun, true)
  work.ended(begun + tenSeconds - 1, false)
  work.ended(begun + 3 * tenSeconds, true)
  expect(work.stats(begun + 3 * tenSeconds)).toMatchObject({ completed: 2, failed: 1 })
  expect(work.stats(begun + 3 * tenSeconds).endedPer10s.slice(-5)).toEqual([0, 2, 0, 0, 1])
  expect(work.stats(begun + 29 * tenSeconds).endedPer10s.slice(0, 4)).toEqual([2, 0, 0, 1])
  expect(work.stats(begun + 30 * tenSeconds)).toMatchObject({ completed: 1, failed: 0 })
  expect(work.stats(begun + 33 * tenSeconds).endedPer10s).toEqual(Array.from({ length: 30 }, () => 0))
})

test('after a pause longer than the window nothing of before is left', () => {
  const work = new WorkWindow()
  for (let span = 0; span < 30; span++) work.ended(begun + span * tenSeconds, true)
  expect(work.stats(begun + 29 * tenSeconds).completed).toBe(30)
  work.ended(begun + 500 * tenSeconds, false)
  expect(work.stats(begun + 500 * tenSeconds)).toMatchObject({ completed: 0, failed: 1 })
})
