import { CallWindow } from '../resilience/call-window.ts'
import type { Clock } from '../shared/clock.ts'

/** What calls of one module did in the last five minutes on this replica. */
export interface RecentCallStats {
  calls: number
  failures: number
  callsPerMinute: number
  p50Ms: number | null
  p95Ms: number | null
}

/** Calls per module as of now. */
export interface CallStats {
  recent(tenantId: string, moduleId: string): RecentCallStats
}

const bucketMs = 20_000
const windowMs = 300_000
const idle: RecentCallStats = Object.freeze({ calls: 0, failures: 0, callsPerMinute: 0, p50Ms: null, p95Ms: null })

interface ModuleCalls {
  window: CallWindow
  firstAt: number
}

/** Counts calls per module in a ring of buckets: constant time and memory however many there are, no sorting. */
export class RecentCalls implements CallStats {
  readonly #clock: Clock
  readonly #tenants = new Map<string, Map<string, ModuleCalls>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  observe(tenantId: string, moduleId: string, call: { ok: boolean; durationMs: number }): void {
    const now = this.#clock.now()
    const { window } = this.#of(tenantId, moduleId, now)
    if (call.ok) window.recordSuccess(now, call.durationMs)
    else window.recordFailure(now, call.durationMs)
  }

  recent(tenantId: string, moduleId: string): RecentCallStats {
    const counted = this.#tenants.get(tenantId)?.get(moduleId)
    if (!counted) return idle
    const now = this.#clock.now()
    const { calls, failures, p50Ms, p95Ms } = counted.window.summarize(now)
    // A module first called a minute ago has had one minute, not five; below a bucket the rate would say nothing.
    const elapsedMs = Math.min(windowMs, Math.max(bucketMs, now - counted.firstAt))
    return { calls, failures, callsPerMinute: (calls * 60_000) / elapsedMs, p50Ms, p95Ms }
  }

  forget(tenantId: string, moduleId: string): void {
    this.#tenants.get(tenantId)?.delete(moduleId)
  }

  #of(tenantId: string, moduleId: string, now: number): ModuleCalls {
    let tenant = this.#tenants.get(tenantId)
    if (!tenant) this.#tenants.set(tenantId, (tenant = new Map()))
    let counted = tenant.get(moduleId)
    if (!counted) {
      counted = { window: new CallWindow({ bucketCount: windowMs / bucketMs, bucketMs }), firstAt: now }
      tenant.set(moduleId, counted)
    }
    return counted
  }
}
