import { createBreakerBoard } from '#server/breakers/create-breaker-board.ts'
import type { BreakerConfig } from '#server/contracts/modules.ts'
import type { BreakerKey, GuardedCall } from '#server/core/resilience/breaker-board.ts'
import type { Clock } from '#server/core/shared/clock.ts'
import { silentLogger } from '#server/core/shared/logger.ts'

export interface OverheadMeasurement {
  name: string
  medianUs: number
  p99Us: number
}

const key: BreakerKey = { tenantId: 'default', moduleId: 'summaries', instanceId: 'summaries-1' }
const labels = { moduleName: 'Summaries', endpoint: 'http://127.0.0.1:4001' }
const defaults: BreakerConfig = {
  failureThreshold: 5,
  successThreshold: 2,
  openMs: 60_000,
  callTimeoutMs: 30_000,
  failureRate: null,
  slowCalls: null,
}
const neverOpens: BreakerConfig = { ...defaults, failureThreshold: Number.MAX_SAFE_INTEGER }

/** Every rule looks at every call, and none of them opens. */
const allRules: BreakerConfig = {
  ...neverOpens,
  failureRate: { percent: 100, windowSeconds: 60, minimumCalls: Number.MAX_SAFE_INTEGER },
  slowCalls: { percent: 100, windowSeconds: 60, minimumCalls: Number.MAX_SAFE_INTEGER, slowMs: 1 },
}

const windowMs = 60_000
const warmUpCalls = 50_000
const measuredCalls = 200_000
const callsFillingWindow = 120_000

/** The wall clock, which can also be moved ahead, to fill a window of a minute in less. */
class MovableClock implements Clock {
  #aheadMs = 0

  now(): number {
    return Date.now() + this.#aheadMs
  }

  moveAhead(ms: number): void {
    this.#aheadMs += ms
  }

  setTimer(delayMs: number, callback: () => void): () => void {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  }
}

const succeed: GuardedCall<null> = { action: async () => null, judge: () => ({ kind: 'success' }) }
const failure = { kind: 'failure', code: 'HTTP_500', message: 'answered 500' } as const
const fail: GuardedCall<null> = { action: async () => null, judge: () => failure }

/**
 * What a guarded call of a no-op costs, from the call to its awaited answer, the no-op included: alone on a healthy
 * breaker, with the caller's cancel signal, with every call failing in a full window, the same with all rules in force, and refused by an open breaker.
 */
export async function measureBreaker(): Promise<OverheadMeasurement[]> {
  return [
    await measureCalls('breaker, healthy', { call: succeed, config: defaults }),
    await measureCalls('breaker, healthy, cancellable', {
      call: { ...succeed, signal: new AbortController().signal },
      config: defaults,
    }),
    await measureCalls('breaker, 100 % failures, full window', { call: fail, config: neverOpens }),
    await measureCalls('breaker, 100 % failures, full window, all rules', { call: fail, config: allRules }),
    await measureCalls('breaker, open', { call: fail, config: defaults }),
  ]
}

async function measureCalls(
  name: string,
  { call, config }: { call: GuardedCall<null>; config: BreakerConfig },
): Promise<OverheadMeasurement> {
  const clock = new MovableClock()
  const board = createBreakerBoard({ clock, logger: silentLogger })
  board.configure(key, config, labels)
  board.start()
  await fillWindow(clock, () => board.call(key, call))
  for (let index = 0; index < warmUpCalls; index += 1) await board.call(key, call)

  const durationsUs = new Float64Array(measuredCalls)
  for (let index = 0; index < measuredCalls; index += 1) {
    const startedAt = performance.now()
    await board.call(key, call)
    durationsUs[index] = (performance.now() - startedAt) * 1_000
  }
  board.stop()
  board.remove(key)
  durationsUs.sort()
  return { name, medianUs: percentile(durationsUs, 0.5), p99Us: percentile(durationsUs, 0.99) }
}

async function fillWindow(clock: MovableClock, makeCall: () => Promise<unknown>): Promise<void> {
  const steps = 60
  for (let step = 0; step < steps; step += 1) {
    for (let index = 0; index < callsFillingWindow / steps; index += 1) await makeCall()
    clock.moveAhead(windowMs / steps)
  }
}

function percentile(sorted: Float64Array, fraction: number): number {
  const value = sorted[Math.ceil(sorted.length * fraction) - 1] ?? Number.NaN
  return Math.round(value * 100) / 100
}

if (import.meta.main) console.log(JSON.stringify(await measureBreaker(), null, 2))
