import { beforeEach, expect, test } from 'vitest'
import { FakeClock, settlePromises } from '#server/testing/fake-clock.ts'
import { silentLogger } from '../shared/logger.ts'
import { Duty } from './duty.ts'

let clock: FakeClock
/** When it ran, in ms after the start. */
let runs: number[]
let answer: () => Promise<number>
let duty: Duty

beforeEach(() => {
  clock = new FakeClock(0)
  runs = []
  answer = async () => 100
  duty = new Duty({
    name: 'test',
    clock,
    logger: silentLogger,
    retryMs: 500,
    run: () => {
      runs.push(clock.now())
      return answer()
    },
  })
})

test('runs first after its first delay and then as often as it says', async () => {
  duty.start(50)
  await clock.advance(300)
  expect(runs).toEqual([50, 150, 250])
})

test('a run that fails is repeated after the retry delay, however often', async () => {
  answer = () => Promise.reject(new Error('away'))
  duty.start(0)
  await clock.advance(1_000)
  expect(runs).toEqual([0, 500, 1_000])
})

test('can be asked to run sooner, never later', async () => {
  duty.start(100)
  duty.runWithin(40)
  duty.runWithin(70)
  await clock.advance(60)
  expect(runs).toEqual([40])
  await clock.advance(80)
  expect(runs).toEqual([40, 140])
})

test('what is asked for during a run is done after it, and never at the same time', async () => {
  let end = () => {}
  answer = () => new Promise(resolve => (end = () => resolve(100)))
  duty.start(0)
  await clock.advance(0)
  duty.runWithin(30)
  await clock.advance(50)
  expect(runs).toEqual([0])
  end()
  await settlePromises()
  await clock.advance(0)
  expect(runs).toEqual([0, 50])
})

test('a duty that was never started is not begun by being asked for', async () => {
  duty.runWithin(1)
  await clock.advance(100)
  expect(runs).toEqual([])
})

test('stopping resolves when the run under way has ended, and no other begins', async () => {
  const { promise, resolve } = Promise.withResolvers<number>()
  answer = () => promise
  duty.start(0)
  await clock.advance(0)
  let isStopped = false
  void duty.stop().then(() => {
    isStopped = true
  })
  await settlePromises()
  expect(isStopped).toBe(false)
  resolve(0)
  await settlePromises()
  expect(isStopped).toBe(true)
  duty.runWithin(1)
  await clock.advance(10_000)
  expect({ runs, timers: clock.pendingTimers }).toEqual({ runs: [0], timers: 0 })
})
