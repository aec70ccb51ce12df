import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ForcedState } from '../core/resilience/breaker-board.ts'
import {
  busy,
  createTestBoard,
  failing,
  fakeGlobalTime,
  passTime,
  startedCall,
  succeeding,
  testConfig,
  testKey,
  testLabels,
} from './board-harness.ts'
import { GuardedBreaker } from './guarded-breaker.ts'

beforeEach(fakeGlobalTime)
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const start = Date.UTC(2026, 0, 1)
const hang = () => new Promise<never>(() => {})
const forcedOpen: ForcedState = { state: 'open', by: 'Ann', reason: 'provider outage', at: start, expiresAt: null }

describe('the life of a breaker', () => {
  test('opens after failures, probes after the wait by itself, closes after probes, and tells each change once', async () => {
    const { board, changes, callEach, state } = createTestBoard()
    board.start()
    await callEach(failing, failing, failing, failing, failing)
    expect(board.nextProbeAt(testKey)).toBe(start + 60_000)
    expect(board.admits(testKey)).toBe(false)
    expect(await board.call(testKey, succeeding)).toEqual({ kind: 'rejected', retryAt: start + 60_000 })

    await passTime(60_000)
    expect(state()).toBe('half_open')
    expect(board.admits(testKey)).toBe(true)
    await callEach(succeeding, succeeding)
    expect(changes.map(({ transition }) => [transition.from, transition.to, transition.reason])).toEqual([
      ['closed', 'open', '5 failures in a row'],
      ['open', 'half_open', 'open for 60 s, now probing'],
      ['half_open', 'closed', '2 successful probes'],
    ])
    expect(changes.map(({ cause }) => cause)).toEqual([{ code: 'HTTP_500', message: 'answered 500' }, null, null])
    expect(changes.every(({ key }) => key.instanceId === 'summaries-1')).toBe(true)
    board.stop()
  })

  test('probes after the wait also when the board was never started', async () => {
    const { call, openIt, state } = createTestBoard()
    await openIt()
    await passTime(60_000)
    expect(await call(succeeding)).toEqual({ kind: 'completed', value: 'done' })
    expect(state()).toBe('half_open')
  })

  test('time-outs in a row open it like any failures', async () => {
    const { call, changes } = createTestBoard({ failureThreshold: 2, callTimeoutMs: 1_000 })
    const results = [call({ ...failing, action: hang }), call({ ...failing, action: hang })]
    await passTime(1_000)
    expect(await Promise.all(results)).toEqual([{ kind: 'timed_out' }, { kind: 'timed_out' }])
    expect(changes[0]?.cause).toEqual({ code: 'TIMED_OUT', message: 'No answer within 1 s' })
  })

  test('busy answers free the probe and change nothing', async () => {
    const { board, callEach, openIt, state } = createTestBoard()
    await openIt()
    await passTime(60_000)
    await callEach(succeeding, busy, busy, busy)
    expect(state()).toBe('half_open')
    expect(board.view(testKey)?.probeSuccesses).toBe(1)
    await callEach(succeeding)
    expect(state()).toBe('closed')
  })

  test('a probe that hangs is ended by its time-out and opens it again', async () => {
    const { call, openIt, state } = createTestBoard()
    await openIt()
    await passTime(60_000)
    const probe = call({ ...failing, action: hang })
    expect(await call(succeeding)).toEqual({ kind: 'rejected', retryAt: start + 90_000 })
    await passTime(30_000)
    expect(await probe).toEqual({ kind: 'timed_out' })
    expect(state()).toBe('open')
  })

  test('an answer after the time-out counts for nothing', async () => {
    const { board, call } = createTestBoard()
    const slow = startedCall()
    const result = call(slow.guarded)
    await passTime(30_000)
    await result
    slow.resolve('done')
    await passTime(1)
    expect(board.view(testKey)?.totals).toMatchObject({ calls: 1, successes: 0, failures: 1, timeouts: 1 })
  })
})

describe('operators', () => {
  test('forced open rejects with no time to retry until it is reset', async () => {
    const { board, call } = createTestBoard()
    board.force(testKey, forcedOpen)
    await passTime(86_400_000)
    expect(await call(succeeding)).toEqual({ kind: 'rejected', retryAt: null })
    expect(board.nextProbeAt(testKey)).toBeNull()
    board.reset(testKey, 'Bob', 'provider is back')
    expect(await call(succeeding)).toEqual({ kind: 'completed', value: 'done' })
  })

  test('forced closed lets calls through whatever fails, and shows who, why and until when', async () => {
    const { board, callEach } = createTestBoard({ failureThreshold: 1 })
    board.force(testKey, { ...forcedOpen, state: 'closed', expiresAt: start + 10_000 })
    await callEach(failing, failing, failing)
    expect(board.view(testKey)).toMatchObject({
      state: 'closed',
      consecutiveFailures: 3,
      forced: {
        state: 'closed',
        by: 'Ann',
        reason: 'provider outage',
        at: '2026-01-01T00:00:00.000Z',
        expiresAt: '2026-01-01T00:00:10.000Z',
      },
    })
  })

  test('a forced state expires by itself, be it a minute or longer than any Node timer', async () => {
    for (const forMs of [60_000, 30 * 86_400_000]) {
      const { board, changes } = createTestBoard()
      board.start()
      board.force(testKey, { ...forcedOpen, expiresAt: Date.now() + forMs })
      await passTime(forMs - 1)
      expect(changes).toHaveLength(1)
      await passTime(1)
      expect(changes.at(-1)?.transition).toMatchObject({ to: 'half_open', reason: 'forced open by Ann has expired' })
      board.stop()
    }
  })

  test('forcing open while a probe runs wins over its success', async () => {
    const { board, call, openIt, state } = createTestBoard({ successThreshold: 1 })
    await openIt()
    await passTime(60_000)
    const probe = startedCall()
    const result = call(probe.guarded)
    board.force(testKey, forcedOpen)
    probe.resolve('done')
    await result
    expect(state()).toBe('open')
    expect((await call(succeeding)).kind).toBe('rejected')
  })

  test('thresholds change in place: state, counts and history stay', async () => {
    const { board, call, openIt } = createTestBoard()
    board.start()
    await openIt()
    const before = board.view(testKey)
    board.configure(
      testKey,
      { ...testConfig, openMs: 1_000 },
      { moduleName: 'Renamed', endpoint: 'http://127.0.0.1:4002' },
    )
    expect(board.view(testKey)).toEqual({
      ...before,
      moduleName: 'Renamed',
      endpoint: 'http://127.0.0.1:4002',
      config: { ...testConfig, openMs: 1_000 },
      nextProbeAt: '2026-01-01T00:00:01.000Z',
    })
    await passTime(1_000)
    expect(board.state(testKey)).toBe('half_open')
    expect((await call(succeeding)).kind).toBe('completed')
    board.stop()
  })
})

describe('keys', () => {
  test('an unknown breaker admits, is closed and has no view; calling, forcing or resetting it is an error', async () => {
    const { board } = createTestBoard()
    const unknown = { ...testKey, instanceId: 'summaries-9' }
    expect(board.admits(unknown)).toBe(true)
    expect(board.state(unknown)).toBe('closed')
    expect(board.nextProbeAt(unknown)).toBeNull()
    expect(board.view(unknown)).toBeNull()
    await expect(board.call(unknown, succeeding)).rejects.toMatchObject({ code: 'BREAKER_NOT_FOUND' })
    expect(() => board.force(unknown, forcedOpen)).toThrow(expect.objectContaining({ code: 'BREAKER_NOT_FOUND' }))
    expect(() => board.reset(unknown, 'Ann', 'test')).toThrow(expect.objectContaining({ code: 'BREAKER_NOT_FOUND' }))
  })

  test('the same instance id in another tenant or module is another breaker', async () => {
    const { board, openIt } = createTestBoard()
    const inOtherTenant = { ...testKey, tenantId: 'acme' }
    const inOtherModule = { ...testKey, moduleId: 'keywords' }
    board.configure(inOtherTenant, testConfig, testLabels)
    board.configure(inOtherModule, testConfig, testLabels)
    await openIt()
    expect(board.state(inOtherTenant)).toBe('closed')
    expect(board.state(inOtherModule)).toBe('closed')
    expect(board.list('default').map(({ moduleId, state }) => [moduleId, state])).toEqual([
      ['summaries', 'open'],
      ['keywords', 'closed'],
    ])
    expect(board.list('acme')).toHaveLength(1)
  })

  test('a removed breaker is gone at once, lets its running calls end, and tells no more', async () => {
    const { board, call, changes } = createTestBoard({ failureThreshold: 1 })
    const running = startedCall(() => ({ kind: 'failure', code: 'HTTP_500', message: 'answered 500' }))
    const result = call(running.guarded)
    const retire = vi.spyOn(GuardedBreaker.prototype, 'retire')
    board.remove(testKey)
    board.configure(testKey, testConfig, testLabels)
    running.resolve('broken')
    expect(await result).toEqual({ kind: 'completed', value: 'broken' })
    expect(changes).toEqual([])
    expect(board.view(testKey)?.totals.calls).toBe(0)
    expect(retire).toHaveBeenCalledOnce()
    board.remove({ ...testKey, instanceId: 'never-was' })
  })
})

describe('the view', () => {
  test('shows what was measured: counts, rates, latencies, the last failure and the window', async () => {
    const { board, call, callEach } = createTestBoard({ failureThreshold: 3, callTimeoutMs: 1_000 })
    const slow = startedCall()
    const slowResult = call(slow.guarded)
    await passTime(200)
    slow.resolve('done')
    await slowResult
    await callEach(busy, failing, failing)
    const timedOut = call({ ...failing, action: hang })
    await passTime(1_000)
    await timedOut
    board.admits(testKey)
    await callEach(succeeding)

    const view = board.view(testKey)
    expect(view).toMatchObject({
      moduleId: 'summaries',
      moduleName: 'Summaries',
      instanceId: 'summaries-1',
      endpoint: 'http://127.0.0.1:4001',
      state: 'open',
      since: '2026-01-01T00:00:01.200Z',
      forced: null,
      nextProbeAt: '2026-01-01T00:01:01.200Z',
      consecutiveFailures: 3,
      totals: { calls: 4, successes: 1, failures: 3, timeouts: 1, rejections: 1 },
      lastFailure: { at: '2026-01-01T00:00:01.200Z', code: 'TIMED_OUT', message: 'No answer within 1 s' },
    })
    expect(view?.window).toMatchObject({ seconds: 60, calls: 4, failures: 3, failureRate: 0.75, p50Ms: 0 })
    expect(view?.window.p99Ms).toBeCloseTo(1_000, -2)
    expect(view?.window.buckets.at(-1)).toEqual({ successes: 1, failures: 3, rejections: 1 })

    await passTime(60_000)
    expect(board.view(testKey)?.window).toMatchObject({ calls: 0, failures: 0, p50Ms: null })
    expect(board.view(testKey)?.totals.calls).toBe(4)
  })

  test('keeps the newest 50 changes, newest first', () => {
    const { board } = createTestBoard()
    for (let index = 1; index <= 60; index += 1) board.reset(testKey, 'Ann', `number ${index}`)
    const transitions = board.view(testKey)?.transitions ?? []
    expect(transitions).toHaveLength(50)
    expect(transitions[0]?.reason).toBe('reset by Ann: number 60')
    expect(transitions.at(-1)?.reason).toBe('reset by Ann: number 11')
  })
})
