/** One instance across tenants and modules. */
export interface InstanceKey {
  tenantId: string
  moduleId: string
  instanceId: string
}

/** What is in flight on each instance from this replica, and how it answered lately. */
export interface LoadTable {
  inFlight(key: InstanceKey): number
  /** Exponentially weighted mean of recent successful calls in ms; null before the first. */
  latencyMs(key: InstanceKey): number | null
  /** Takes one slot; `release` gives it back exactly once however often it is called. */
  acquire(key: InstanceKey): { release(result: { ok: boolean; durationMs: number } | null): void }
  /** Calls and failures since start. */
  totals(key: InstanceKey): { calls: number; failures: number }
}
