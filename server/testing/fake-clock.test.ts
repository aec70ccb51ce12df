import { expect, test } from 'vitest'
import { delay } from '../core/shared/clock.ts'
import { FakeClock } from './fake-clock.ts'

test('timers run in order of their time, and see that time on the clock', async () => {
  const clock = new FakeClock(1_000)
  const seen: [string, number][] = []
  clock.setTimer(200, () => seen.push(['late', clock.now()]))
  clock.setTimer(100, () => seen.push(['early', clock.now()]))
  clock.setTimer(301, () => seen.push(['beyond', clock.now()]))
  await clock.advance(300)
  expect(seen).toEqual([
    ['early', 1_100],
    ['late', 1_200],
  ])
  expect(clock.now()).toBe(1_300)
  expect(clock.pendingTimers).toBe(1)
})

test('a loop that sleeps between promises keeps pace with the clock', async () => {
  const clock = new FakeClock()
  let rounds = 0
  const loop = async () => {
    for (;;) {
      await delay(clock, 10)
      await Promise.resolve().then(() => Promise.resolve())
      rounds++
    }
  }
  void loop()
  await clock.advance(1_000)
  expect(rounds).toBe(100)
})

test('a cancelled timer never runs', async () => {
  const clock = new FakeClock()
  let ran = false
  const cancel = clock.setTimer(5, () => {
    ran = true
  })
  cancel()
  cancel()
  await clock.advance(10)
  expect(ran).toBe(false)
})
