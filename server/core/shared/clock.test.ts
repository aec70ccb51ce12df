import { expect, test } from 'vitest'
import { FakeClock, settlePromises } from '#server/testing/fake-clock.ts'
import { delay } from './clock.ts'

test('a delay ends after its time and not before', async () => {
  const clock = new FakeClock()
  let isOver = false
  void delay(clock, 100).then(() => {
    isOver = true
  })
  await clock.advance(99)
  expect(isOver).toBe(false)
  await clock.advance(1)
  expect(isOver).toBe(true)
})

test('a delay whose signal aborts, before or meanwhile, ends at once and leaves no timer', async () => {
  const clock = new FakeClock()
  const controller = new AbortController()
  const waiting = delay(clock, 100, controller.signal)
  controller.abort()
  await waiting
  await delay(clock, 100, controller.signal)
  await settlePromises()
  expect(clock.pendingTimers).toBe(0)
})
