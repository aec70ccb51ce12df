import type { BreakerState, BreakerTransition, BreakerView, TroubledCall } from '../../contracts/breakers.ts'
import type { BreakerConfig } from '../../contracts/modules.ts'
import type { StopSignal } from '../shared/stop-switch.ts'

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

/** Which attempt of which task a call belongs to. */
export interface CallRef {
  taskId: string
  attempt: number
}

export interface GuardedCall<T> {
  action: (signal: StopSignal) => Promise<T>
  judge: (value: T) => CallVerdict
  /** Shorter than the breaker's own time-out when the task leaves less. */
  timeoutMs?: number
  /** Aborting it cancels the action; the call is then neutral. */
  signal?: StopSignal
  /** Named by the change of state that the call causes. */
  ref?: CallRef
}

export interface ForcedState {
  state: 'open' | 'closed'
  by: string
  reason: string
  /** Milliseconds since the epoch. */
  at: number
  expiresAt: number | null
}

/** A breaker as one replica knows it alone. */
export type LocalBreaker = Omit<BreakerView, 'replicas'>

/** A change of state, told after it happened. */
export interface BreakerChange {
  key: BreakerKey
  transition: BreakerTransition
  /** The failure that caused it, when one did. */
  cause: { code: string; message: string } | null
  /** The failed or slow calls behind it, oldest first, at most ten; none when time or people caused it. */
  calls: readonly TroubledCall[]
}

/** What the replicas together have found of a breaker, as one of them is told. */
export type FleetWord =
  /** A quorum sees it open; `until` is when the first of them probes. */
  | { kind: 'open'; until: number; reason: string }
  /** Another replica's probe failed: nobody probes before this. */
  | { kind: 'wait'; until: number; reason: string }
  /** Another replica's probes closed it, or the quorum that opened it is gone. */
  | { kind: 'closed'; reason: string }

/** What one replica has seen of a breaker by itself. */
export interface BreakerObservation {
  state: BreakerState
  since: number
  /** Since when it has not been closed; null while it is. */
  troubledSince: number | null
  /** Of the rolling window. */
  calls: number
  failures: number
  /** Whether this replica holds it open on the word of others alone. */
  isFollowing: boolean
  nextProbeAt: number | null
}

/** Whether this replica may probe now: one does for all that share a database. */
export type ProbeGrant = { isGranted: true } | { isGranted: false; until: number }

/** How a probe ended, for all replicas. `passed` means that more are needed; `nextAt` is when the next may begin. */
export type ProbeEnd = { kind: 'closed' | 'passed' | 'neutral' } | { kind: 'failed'; nextAt: number }

/** A breaker for who asks it again and again. */
export interface LiveBreaker {
  readonly state: BreakerState
  /** Whether a call at this time (ms since the epoch) would be let through. */
  admits(now: number): boolean
}

/** Sees to it that one replica at a time probes a breaker. */
export interface ProbeGate {
  /** Null when this replica is alone and need not ask. Never rejects. */
  enter(key: BreakerKey, limitMs: number): Promise<ProbeGrant> | null
  /** Tells how a granted probe ended. Never throws. */
  leave(key: BreakerKey, end: ProbeEnd): void
}

/**
 * All circuit breakers of one replica. The engine behind it lives in `server/breakers/`; every rule of opening, probing
 * and closing is a policy of ours (`breaker-policy.ts`).
 */
export interface BreakerBoard {
  /** Creates the breaker or changes its thresholds in place, keeping its state and statistics. */
  configure(key: BreakerKey, config: BreakerConfig, labels: { moduleName: string; endpoint: string }): void
  remove(key: BreakerKey): void
  /** The breaker to be asked, the same object until it is removed; null when there is none, and then every call is let through. */
  of(key: BreakerKey): LiveBreaker | null
  /** Whether a call now would be let through: closed, or half-open with no probe under way, or due for its probe. */
  admits(key: BreakerKey): boolean
  state(key: BreakerKey): BreakerState
  /** When a breaker lets its next probe through at the earliest, in ms since the epoch; null when closed, forced or due. */
  nextProbeAt(key: BreakerKey): number | null
  call<T>(key: BreakerKey, call: GuardedCall<T>): Promise<GuardedResult<T>>
  force(key: BreakerKey, forced: ForcedState): void
  /** Back to automatic and closed, its consecutive failures forgotten. */
  reset(key: BreakerKey, by: string, reason: string): void
  /** What this replica sees by itself; null while the breaker is forced, and when there is none. */
  observe(key: BreakerKey): BreakerObservation | null
  /** Takes on what the replicas together have found; nothing when there is no such breaker. */
  follow(key: BreakerKey, word: FleetWord): void
  /** Whom to ask before each probe. */
  guardProbes(gate: ProbeGate): void
  /** Null when there is no such breaker. */
  view(key: BreakerKey): LocalBreaker | null
  list(tenantId: string): LocalBreaker[]
  /** Tells every change of state; the listener must not throw. Returns how to stop. */
  onChange(listener: (change: BreakerChange) => void): () => void
  start(): void
  stop(): void
}
