import type { BreakerState, BreakerTransition, BreakerView } from '../../contracts/breakers.ts'
import type { BreakerConfig } from '../../contracts/modules.ts'

/** A breaker guards one instance of one module. */
export interface BreakerKey {
  tenantId: string
  moduleId: string
  instanceId: string
}

/** How a guarded call counts: `neutral` (busy, cancelled by us) neither heals nor harms. */
export type CallVerdict = { kind: 'success' } | { kind: 'failure'; code: string; message: string } | { kind: 'neutral' }

export type GuardedResult<T> =
  /** The action ran to its end, well or not; `value` says how. */
  | { kind: 'completed'; value: T }
  /** The action was not started. `retryAt` (ms since epoch) is when a probe may be let through; null when forced open. */
  | { kind: 'rejected'; retryAt: number | null }
  /** The action was aborted at the time-out and counts as a failure. */
  | { kind: 'timed_out' }

export interface GuardedCall<T> {
  action: (signal: AbortSignal) => Promise<T>
  judge: (value: T) => CallVerdict
  /** Shorter than the breaker's own time-out when the task leaves less. */
  timeoutMs?: number
  /** Aborting it cancels the action; the call is then neutral. */
  signal?: AbortSignal
}

export interface ForcedState {
  state: 'open' | 'closed'
  by: string
  reason: string
  /** Milliseconds since the epoch. */
  at: number
  expiresAt: number | null
}

/** A change of state, told after it happened. */
export interface BreakerChange {
  key: BreakerKey
  transition: BreakerTransition
  /** The failure that caused it, when one did. */
  cause: { code: string; message: string } | null
}

/**
 * All circuit breakers of one replica. The engine behind it lives in `server/breakers/`; every rule of opening, probing
 * and closing is a policy of ours (`breaker-policy.ts`).
 */
export interface BreakerBoard {
  /** Creates the breaker or changes its thresholds in place, keeping its state and statistics. */
  configure(key: BreakerKey, config: BreakerConfig, labels: { moduleName: string; endpoint: string }): void
  remove(key: BreakerKey): void
  /** Whether a call now would be let through: closed, or half-open with no probe under way, or due for its probe. */
  admits(key: BreakerKey): boolean
  state(key: BreakerKey): BreakerState
  /** When an open breaker lets its next probe through, in ms since the epoch; null when closed or forced. */
  nextProbeAt(key: BreakerKey): number | null
  call<T>(key: BreakerKey, call: GuardedCall<T>): Promise<GuardedResult<T>>
  force(key: BreakerKey, forced: ForcedState): void
  /** Back to automatic and closed, its consecutive failures forgotten. */
  reset(key: BreakerKey, by: string, reason: string): void
  /** Null when there is no such breaker. */
  view(key: BreakerKey): BreakerView | null
  list(tenantId: string): BreakerView[]
  /** Tells every change of state; the listener must not throw. Returns how to stop. */
  onChange(listener: (change: BreakerChange) => void): () => void
  start(): void
  stop(): void
}
