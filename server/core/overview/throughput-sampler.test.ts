import { beforeEach, describe, expect, test } from 'vitest'
import { FakeClock } from '#server/testing/fake-clock.ts'
import type { TaskTotals } from '../queue/task-store.ts'
import { silentLogger } from '../shared/logger.ts'
import { ThroughputSampler } from './throughput-sampler.ts'

let clock: FakeClock
let totals: TaskTotals
let isAway: boolean
let sampler: ThroughputSampler

beforeEach(() => {
  clock = new FakeClock()
  totals = { accepted: 1_000, succeeded: 900, failed: 10, cancelled: 0, expired: 0 }
  isAway = false
  sampler = new ThroughputSampler({
    read: async () => {
      if (isAway) throw new Error('away')
      return { ...totals }
    },
    tenants: () => ['default', 'another'],
    clock,
    logger: silentLogger,
  })
  sampler.start()
})

function add(accepted: number, succeeded: number, failed: number): void {
  totals.accepted += accepted
  totals.succeeded += succeeded
  totals.failed += failed
}

const rates = () => sampler.points('default').map(({ accepted, succeeded, failed }) => [accepted, succeeded, failed])

test('each point is what was accepted and ended in its second, for every tenant', async () => {
  await clock.advance(1_000)
  add(30, 20, 2)
  await clock.advance(1_000)
  add(0, 5, 0)
  await clock.advance(1_000)
  expect(rates()).toEqual([
    [30, 20, 2],
    [0, 5, 0],
  ])
  expect(sampler.points('another')).toHaveLength(2)
  expect(sampler.totals('default')).toEqual(totals)
})

test('what was there before the first look is no throughput', async () => {
  expect(sampler.totals('default')).toBeNull()
  await clock.advance(1_000)
  expect(sampler.points('default')).toEqual([])
})

test('the last two minutes are kept, oldest first, one point per full second', async () => {
  await clock.advance(200_000)
  const times = sampler.points('default').map(point => Date.parse(point.at))
  expect(times).toHaveLength(120)
  expect(times.at(-1)).toBe(clock.now())
  expect(times.slice(1).map((time, index) => time - (times[index] ?? 0))).toEqual(Array(119).fill(1_000))
})

describe('when looks are missed or come at odd times', () => {
  test('work of the missed time is spread over it, and none is lost', async () => {
    await clock.advance(1_000)
    isAway = true
    add(40, 40, 0)
    await clock.advance(3_000)
    isAway = false
    await clock.advance(1_000)
    expect(rates()).toEqual([[10, 10, 0]])
  })

  test('a timer that runs some milliseconds early makes no point of its own', async () => {
    const { setTimer } = clock
    clock.setTimer = (delayMs, callback) => setTimer.call(clock, Math.max(0, delayMs - 5), callback)
    for (let second = 0; second < 10; second++) {
      add(100, 0, 0)
      await clock.advance(1_000)
    }
    expect(sampler.points('default').length).toBeLessThanOrEqual(10)
    for (const [accepted] of rates()) expect(accepted).toBeCloseTo(100, -1)
  })
})

test('after it was stopped it looks no more', async () => {
  await clock.advance(2_000)
  sampler.stop()
  await clock.advance(10_000)
  expect({ points: sampler.points('default').length, timers: clock.pendingTimers }).toEqual({ points: 1, timers: 0 })
})
