import { expect, test } from 'vitest'
import { VirtualClock } from './virtual-clock.ts'

test('timers run by their time, and those of one moment in the order in which they were set', () => {
  const clock = new VirtualClock(1_000)
  const ran: string[] = []
  clock.setTimer(20, () => ran.push(`b ${clock.now()}`))
  clock.setTimer(10, () => ran.push(`a ${clock.now()}`))
  clock.setTimer(20, () => ran.push(`c ${clock.now()}`))
  while (clock.runNext(1_020));
  expect(ran).toEqual(['a 1010', 'b 1020', 'c 1020'])
})

test('of many timers that are cancelled none runs, and all others do', () => {
  const clock = new VirtualClock(0)
  const ran: number[] = []
  const cancels = Array.from({ length: 1_000 }, (_, place) => clock.setTimer(1_000 - place, () => ran.push(place)))
  for (const [place, cancel] of cancels.entries()) if (place % 10 !== 0) cancel()
  // Once more, which is harmless.
  cancels[1]?.()
  while (clock.runNext(500));
  cancels[0]?.()
  while (clock.runNext(1_000));
  expect(ran).toEqual(Array.from({ length: 99 }, (_, index) => 990 - 10 * index))
})

test('nothing runs before its time', () => {
  const clock = new VirtualClock(0)
  let hasRun = false
  clock.setTimer(10, () => {
    hasRun = true
  })
  expect([clock.runNext(9), hasRun, clock.now()]).toEqual([false, false, 0])
})
