import type { BreakerState } from '../../contracts/breakers.ts'
import type { BreakerConfig } from '../../contracts/modules.ts'
import { assertNever } from '../shared/assert-never.ts'
import type { BreakerChange, CallVerdict, ForcedState } from './breaker-board.ts'
import { describeDuration } from './describe-duration.ts'

/** Where a breaker stands, with what is only known there. Times are milliseconds since the epoch. */
export type BreakerPhase =
  | { readonly kind: 'closed' }
  | { readonly kind: 'open'; readonly until: number }
  | { readonly kind: 'half_open'; readonly probe: Probe | null; readonly successes: number }
  | { readonly kind: 'forced_open'; readonly forced: ForcedState }
  | { readonly kind: 'forced_closed'; readonly forced: ForcedState }

interface Probe {
  readonly ticket: CallTicket
  /** When its time-out ends it at the latest. */
  readonly endsBy: number
}

/** Handed to an admitted call and given back with its outcome; says in which generation the call began. */
export interface CallTicket {
  readonly generation: number
}

export type Admission =
  | { readonly kind: 'admitted'; readonly ticket: CallTicket }
  /** `retryAt` is when a probe may be let through, at the latest; null when forced open. */
  | { readonly kind: 'refused'; readonly retryAt: number | null }

/** A change of state as the policy knows it: the board adds whose it was. */
export type PolicyTransition = Omit<BreakerChange, 'key'>

export interface BreakerPolicyOptions {
  config: BreakerConfig
  /** Milliseconds since the epoch. */
  now: number
  /** Told after the policy has taken on the new state, so that it may ask or drive the policy. */
  onTransition: (transition: PolicyTransition) => void
}

/**
 * When a breaker opens, probes and closes. It has no clock and no timers: every method takes the time, and whoever
 * drives it calls `advance` when `deadline` has passed (a late or missing call delays the news, never the admission).
 *
 * Each change of state begins a new generation, and an outcome counts only in the generation its call began in. So a late
 * answer neither closes nor opens anything.
 */
export class BreakerPolicy {
  readonly #onTransition: (transition: PolicyTransition) => void
  #config: BreakerConfig
  #phase: BreakerPhase = { kind: 'closed' }
  #since: number
  #troubledSince: number | null = null
  #generation = 0
  #consecutiveFailures = 0

  constructor(options: BreakerPolicyOptions) {
    this.#config = options.config
    this.#since = options.now
    this.#onTransition = options.onTransition
  }

  get phase(): BreakerPhase {
    return this.#phase
  }

  get state(): BreakerState {
    return stateOf(this.#phase)
  }

  /** Since when it has been in this state, in milliseconds since the epoch. */
  get since(): number {
    return this.#since
  }

  /** Since when it has not been closed, whatever its probes said in between; null while it is closed. */
  get troubledSince(): number | null {
    return this.#troubledSince
  }

  /** Failures since the last success, in whatever state; stale and neutral outcomes are not among them. */
  get consecutiveFailures(): number {
    return this.#consecutiveFailures
  }

  get forced(): ForcedState | null {
    return 'forced' in this.#phase ? this.#phase.forced : null
  }

  /** When time alone changes the state next; null when only a call or an operator does. */
  get deadline(): number | null {
    if (this.#phase.kind === 'open') return this.#phase.until
    return this.forced?.expiresAt ?? null
  }

  /** Takes on new thresholds. While open, the wait is measured anew from when it opened. */
  configure(config: BreakerConfig): void {
    this.#config = config
    if (this.#phase.kind === 'open') this.#phase = { kind: 'open', until: this.#since + config.openMs }
  }

  /** Whether `admit` would let a call through at this time. Changes nothing. */
  admits(now: number): boolean {
    const phase = this.#phase
    switch (phase.kind) {
      case 'closed':
      case 'forced_closed':
        return true
      case 'open':
        return now >= phase.until
      case 'half_open':
        return phase.probe === null
      case 'forced_open':
        return hasExpired(phase.forced, now)
      default:
        return assertNever(phase)
    }
  }

  /** Lets a call of at most `limitMs` through or refuses it; a half-open breaker lets one through at a time. */
  admit(now: number, limitMs: number): Admission {
    this.advance(now)
    const phase = this.#phase
    switch (phase.kind) {
      case 'closed':
      case 'forced_closed':
        return { kind: 'admitted', ticket: { generation: this.#generation } }
      case 'open':
        return { kind: 'refused', retryAt: phase.until }
      case 'half_open': {
        if (phase.probe !== null) return { kind: 'refused', retryAt: phase.probe.endsBy }
        const ticket = { generation: this.#generation }
        this.#phase = { ...phase, probe: { ticket, endsBy: now + limitMs } }
        return { kind: 'admitted', ticket }
      }
      case 'forced_open':
        return { kind: 'refused', retryAt: null }
      default:
        return assertNever(phase)
    }
  }

  /** Counts the outcome of an admitted call, once. Outcomes of an earlier generation are ignored. */
  record(ticket: CallTicket, verdict: CallVerdict, now: number): void {
    if (ticket.generation !== this.#generation) return
    const phase = this.#phase
    if (phase.kind === 'half_open') {
      if (phase.probe?.ticket === ticket) this.#recordProbe(phase.successes, verdict, now)
      return
    }
    this.#count(verdict)
    if (phase.kind !== 'closed' || verdict.kind !== 'failure') return
    if (this.#consecutiveFailures < this.#config.failureThreshold) return
    this.#open(now, `${describeCount(this.#consecutiveFailures, 'failure')} in a row`, verdict)
  }

  /** Makes the changes that time alone brings: the wait is over, or a forced state has expired. */
  advance(now: number): void {
    const phase = this.#phase
    switch (phase.kind) {
      case 'open':
        if (now < this.#since) {
          // The wall clock was set back: without this, a breaker stays open for as long as the clock was wrong.
          this.#since = now
          this.#phase = { kind: 'open', until: now + this.#config.openMs }
        } else if (now >= phase.until) {
          this.#probeNext(now, `open for ${describeDuration(this.#config.openMs)}, now probing`)
        }
        return
      case 'forced_open':
        if (hasExpired(phase.forced, now)) this.#probeNext(now, `forced open by ${phase.forced.by} has expired`)
        return
      case 'forced_closed':
        if (hasExpired(phase.forced, now))
          this.#moveTo({ kind: 'closed' }, now, `forced closed by ${phase.forced.by} has expired`)
        return
      case 'closed':
      case 'half_open':
        return
      default:
        assertNever(phase)
    }
  }

  /** Holds it open or closed until it is reset or the forced state expires, whatever the calls say. */
  force(forced: ForcedState, now: number): void {
    const kind = forced.state === 'open' ? 'forced_open' : 'forced_closed'
    this.#moveTo({ kind, forced }, now, `forced ${forced.state} by ${forced.by}: ${forced.reason}`)
  }

  /** Back to automatic and closed, as if new. */
  reset(by: string, reason: string, now: number): void {
    this.#consecutiveFailures = 0
    this.#moveTo({ kind: 'closed' }, now, `reset by ${by}: ${reason}`)
  }

  #recordProbe(earlierSuccesses: number, verdict: CallVerdict, now: number): void {
    this.#count(verdict)
    switch (verdict.kind) {
      case 'success': {
        const successes = earlierSuccesses + 1
        if (successes < this.#config.successThreshold) {
          this.#phase = { kind: 'half_open', probe: null, successes }
        } else {
          this.#moveTo({ kind: 'closed' }, now, describeCount(successes, 'successful probe'))
        }
        return
      }
      case 'failure':
        this.#open(now, `the probe failed: ${verdict.code}`, verdict)
        return
      case 'neutral':
        this.#phase = { kind: 'half_open', probe: null, successes: earlierSuccesses }
        return
      default:
        assertNever(verdict)
    }
  }

  #count(verdict: CallVerdict): void {
    if (verdict.kind === 'success') this.#consecutiveFailures = 0
    if (verdict.kind === 'failure') this.#consecutiveFailures += 1
  }

  #open(now: number, reason: string, cause: { code: string; message: string }): void {
    this.#moveTo({ kind: 'open', until: now + this.#config.openMs }, now, reason, cause)
  }

  #probeNext(now: number, reason: string): void {
    this.#moveTo({ kind: 'half_open', probe: null, successes: 0 }, now, reason)
  }

  #moveTo(phase: BreakerPhase, now: number, reason: string, cause?: { code: string; message: string }): void {
    const from = stateOf(this.#phase)
    const to = stateOf(phase)
    this.#phase = phase
    this.#generation += 1
    if (from !== to) this.#since = now
    this.#troubledSince = to === 'closed' ? null : (this.#troubledSince ?? now)
    this.#onTransition({
      transition: { at: new Date(now).toISOString(), from, to, reason },
      cause: cause === undefined ? null : { code: cause.code, message: cause.message },
    })
  }
}

function stateOf(phase: BreakerPhase): BreakerState {
  switch (phase.kind) {
    case 'closed':
    case 'forced_closed':
      return 'closed'
    case 'open':
    case 'forced_open':
      return 'open'
    case 'half_open':
      return 'half_open'
    default:
      return assertNever(phase)
  }
}

function hasExpired(forced: ForcedState, now: number): boolean {
  return forced.expiresAt !== null && now >= forced.expiresAt
}

function describeCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
