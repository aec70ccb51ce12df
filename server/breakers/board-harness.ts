import { vi } from 'vitest'
import type { BreakerConfig } from '../contracts/modules.ts'
import type { BreakerChange, BreakerKey, GuardedCall, GuardedResult } from '../core/resilience/breaker-board.ts'
import type { Clock } from '../core/shared/clock.ts'
import { silentLogger } from '../core/shared/logger.ts'
import type { StopSignal } from '../core/shared/stop-switch.ts'
import { createBreakerBoard } from './create-breaker-board.ts'

/** The global time and timers: what opossum runs on, so that a test that fakes them moves both together. */
export const globalClock: Clock = {
  now: () => Date.now(),
  setTimer(delayMs, callback) {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}

export const testKey: BreakerKey = { tenantId: 'default', moduleId: 'summaries', instanceId: 'summaries-1' }
export const testLabels = { moduleName: 'Summaries', endpoint: 'http://127.0.0.1:4001' }
export const testConfig: BreakerConfig = {
  failureThreshold: 5,
  successThreshold: 2,
  openMs: 60_000,
  callTimeoutMs: 30_000,
  failureRate: null,
  slowCalls: null,
}

/** Fakes the global clock, for opossum and the board alike. */
export function fakeGlobalTime(): void {
  vi.useFakeTimers({
    now: Date.UTC(2026, 0, 1),
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'],
  })
}

/** Moves the faked time on and lets promises settle on the way. */
export async function passTime(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms)
}

export const succeeding: GuardedCall<string> = { action: async () => 'done', judge: () => ({ kind: 'success' }) }
export const failing: GuardedCall<string> = {
  action: async () => 'broken',
  judge: () => ({ kind: 'failure', code: 'HTTP_500', message: 'answered 500' }),
}
export const busy: GuardedCall<string> = { action: async () => 'busy', judge: () => ({ kind: 'neutral' }) }

/** A call that ends when the test says so. */
export function startedCall<T = string>(judge: GuardedCall<T>['judge'] = () => ({ kind: 'success' })) {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const seen: StopSignal[] = []
  const guarded: GuardedCall<T> = {
    action: signal => {
      seen.push(signal)
      return promise
    },
    judge,
  }
  return { guarded, resolve, reject, seen }
}

/** A board with one breaker, on global time. */
export function createTestBoard(config: Partial<BreakerConfig> = {}) {
  const board = createBreakerBoard({ clock: globalClock, logger: silentLogger })
  const changes: BreakerChange[] = []
  board.onChange(change => changes.push(change))
  board.configure(testKey, { ...testConfig, ...config }, testLabels)
  const call = <T>(guarded: GuardedCall<T>): Promise<GuardedResult<T>> => board.call(testKey, guarded)
  const callEach = async (...calls: GuardedCall<string>[]) => {
    for (const guarded of calls) await call(guarded)
  }
  const openIt = async () => {
    while (board.state(testKey) !== 'open') await call(failing)
  }
  return { board, changes, call, callEach, openIt, state: () => board.state(testKey) }
}
