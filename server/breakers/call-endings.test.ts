import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { silentLogger } from '../core/shared/logger.ts'
import type { StopSignal } from '../core/shared/stop-switch.ts'
import {
  createTestBoard,
  failing,
  fakeGlobalTime,
  globalClock,
  passTime,
  startedCall,
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

describe('cancelled calls', () => {
  test('give what the action answers after the abort and count for nothing, be it success or failure', async () => {
    for (const verdict of [{ kind: 'success' }, { kind: 'failure', code: 'ABORTED', message: 'cancelled' }] as const) {
      const { board, call } = createTestBoard({ failureThreshold: 1 })
      const controller = new AbortController()
      const running = startedCall(() => verdict)
      const result = call({ ...running.guarded, signal: controller.signal })
      controller.abort('task cancelled')
      expect(running.seen[0]?.reason).toBe('task cancelled')
      running.resolve('stopped')
      expect(await result).toEqual({ kind: 'completed', value: 'stopped' })
      expect(board.view(testKey)?.totals.calls).toBe(0)
      expect(board.state(testKey)).toBe('closed')
    }
  })

  test('that do not answer are ended by the time-out, and count for nothing then either', async () => {
    const { board, call } = createTestBoard({ failureThreshold: 1 })
    const controller = new AbortController()
    const result = call({ ...failing, action: hang, signal: controller.signal })
    controller.abort()
    await passTime(30_000)
    expect(await result).toEqual({ kind: 'timed_out' })
    expect(board.state(testKey)).toBe('closed')
    expect(board.view(testKey)?.totals).toMatchObject({ calls: 0, timeouts: 0 })
  })

  test('that were cancelled before they began hand the action an aborted signal', async () => {
    const { call } = createTestBoard()
    const seen: boolean[] = []
    const action = async (signal: StopSignal) => {
      seen.push(signal.aborted)
      return 'stopped'
    }
    await call({ ...failing, action, signal: AbortSignal.abort() })
    expect(seen).toEqual([true])
  })

  test('as probes make room for the next probe', async () => {
    const { call, openIt, state } = createTestBoard({ successThreshold: 1 })
    await openIt()
    await passTime(60_000)
    await call({ ...failing, signal: AbortSignal.abort() })
    expect(state()).toBe('half_open')
    await call(succeeding)
    expect(state()).toBe('closed')
  })
})

describe('faults of ours', () => {
  test('what an action or its judge throws reaches the caller, counts for nothing and frees the probe', async () => {
    const { board, call, openIt, state } = createTestBoard({ failureThreshold: 1, successThreshold: 1 })
    await openIt()
    await passTime(60_000)
    const fault = new Error('a driver bug')
    const throwFault = () => {
      throw fault
    }
    await expect(call({ ...succeeding, action: throwFault })).rejects.toBe(fault)
    await expect(call({ ...succeeding, action: async () => throwFault() })).rejects.toBe(fault)
    await expect(call({ ...succeeding, judge: throwFault })).rejects.toBe(fault)
    expect(state()).toBe('half_open')
    expect(board.view(testKey)?.totals.calls).toBe(1)
    await call(succeeding)
    expect(state()).toBe('closed')
  })

  test('a listener that throws is logged, and the others and the call go on', async () => {
    const logged: string[] = []
    const board = createBreakerBoard({
      clock: globalClock,
      logger: { ...silentLogger, error: (_fields, message) => logged.push(message) },
    })
    board.configure(testKey, { ...testConfig, failureThreshold: 1 }, testLabels)
    board.onChange(() => {
      throw new Error('a listener bug')
    })
    const told: string[] = []
    board.onChange(({ transition }) => told.push(transition.to))
    expect((await board.call(testKey, failing)).kind).toBe('completed')
    expect(told).toEqual(['open'])
    expect(logged).toHaveLength(1)
  })
})
