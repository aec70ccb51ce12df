import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ForcedState } from '../core/resilience/breaker-board.ts'
import { silentLogger } from '../core/shared/logger.ts'
import {
  busy,
  createTestBoard,
  failing,
  fakeGlobalTime,
  globalClock,
  passTime,
  succeeding,
  testConfig,
  testKey,
  testLabels,
} from './board-harness.ts'
import { createBreakerBoard } from './create-breaker-board.ts'

beforeEach(fakeGlobalTime)
afterEach(() => {
  vi.useRealTimers()
})

const hang = () => new Promise<never>(() => {})
const forcedOpen: ForcedState = { state: 'open', by: 'Ann', reason: 'provider outage', at: 0, expiresAt: null }

describe('nothing is left behind', () => {
  test('10,000 calls of every kind through 1,000 breakers leave no timer, and no listener on the callers signal', async () => {
    const board = createBreakerBoard({ clock: globalClock, logger: silentLogger })
    const keys = Array.from({ length: 1_000 }, (_, index) => ({ ...testKey, instanceId: `summaries-${index}` }))
    for (const key of keys) board.configure(key, testConfig, testLabels)
    expect(vi.getTimerCount()).toBe(0)
    board.start()

    const controller = new AbortController()
    const kinds = [
      succeeding,
      failing,
      busy,
      { ...failing, action: hang },
      { ...succeeding, signal: controller.signal },
    ]
    const results = Array.from({ length: 10 }, (_, round) =>
      keys.map((key, index) => board.call(key, kinds[(index + round) % kinds.length] ?? succeeding)),
    ).flat()
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(2_000)
    await passTime(30_000)
    const ended = await Promise.all(results)
    expect(ended.filter(({ kind }) => kind === 'timed_out')).toHaveLength(2_000)
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)

    await passTime(60_000)
    for (const key of keys) board.force(key, forcedOpen)
    board.stop()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('one timer serves all waiting breakers, however many are open', async () => {
    const board = createBreakerBoard({ clock: globalClock, logger: silentLogger })
    board.start()
    const keys = Array.from({ length: 100 }, (_, index) => ({ ...testKey, instanceId: `summaries-${index}` }))
    for (const [index, key] of keys.entries()) {
      board.configure(key, { ...testConfig, failureThreshold: 1, openMs: 60_000 - index * 100 }, testLabels)
      await board.call(key, failing)
    }
    expect(vi.getTimerCount()).toBe(1)
    await passTime(60_000)
    expect(keys.every(key => board.state(key) === 'half_open')).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
    board.stop()
  })

  test('a breaker that waits longer does not delay one that waits less', async () => {
    const { board, openIt, state } = createTestBoard({ openMs: 1_000 })
    board.start()
    await openIt()
    const slower = { ...testKey, instanceId: 'summaries-2' }
    board.configure(slower, { ...testConfig, failureThreshold: 1 }, testLabels)
    await board.call(slower, failing)
    await passTime(1_000)
    expect([state(), board.state(slower)]).toEqual(['half_open', 'open'])
    board.stop()
  })

  test('stopped and started again, it catches up with what is overdue', async () => {
    const { board, openIt, state } = createTestBoard()
    board.start()
    await openIt()
    board.stop()
    await passTime(120_000)
    expect(state()).toBe('open')
    board.start()
    expect(state()).toBe('half_open')
    board.stop()
  })
})
