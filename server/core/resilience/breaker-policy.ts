import type { BreakerState, TroubledCall } from '../../contracts/breakers.ts'
import type { BreakerConfig } from '../../contracts/modules.ts'
import { assertNever } from '../shared/assert-never.ts'
import type { BreakerChange, CallRef, CallVerdict, FleetWord, ForcedState } from './breaker-board.ts'
import { type BreakerPhase, type CallTicket, hasExpired, stateOf } from './breaker-phase.ts'
import { describeDuration } from './describe-duration.ts'
import { RateRules } from './rate-rules.ts'
import { TroubledCalls } from './troubled-calls.ts'

export type Admission =
  | { readonly kind: 'admitted'; readonly ticket: CallTicket }
  /** `retryAt` is when a probe may be let through, at the latest; null when forced open. */
  | { readonly kind: 'refused'; readonly retryAt: number | null }

/** What is known of a call when it ends. */
export interface EndedCall {
  durationMs: number
  ref: CallRef | null
}

interface Because {
  cause?: FailureCause
  calls?: TroubledCall[]
  /** Whether this replica only goes along with others. */
  isFollowing?: boolean
}

type FailureCause = NonNullable<BreakerChange['cause']>

const unmeasured: EndedCall = { durationMs: 0, ref: null }

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
  readonly #rates: RateRules
  readonly #troubled = new TroubledCalls()
  /** Whether it opened on the word of other replicas alone. */
  #isFollowing = false
  /** Another replica probes until then. */
  #probesFrom = Number.NEGATIVE_INFINITY

  constructor(options: BreakerPolicyOptions) {
    this.#config = options.config
    this.#rates = new RateRules(options.config)
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

  /** The state by what was seen here, whatever others said; null while it is forced, when nothing is seen. */
  get sees(): BreakerState | null {
    if (this.forced !== null) return null
    return this.#isFollowing ? 'closed' : this.state
  }

  /** Whether it is not closed on the word of other replicas alone. */
  get isFollowing(): boolean {
    return this.#isFollowing
  }

  /** When a call may probe it, at the earliest; null unless it is open or half-open by itself. */
  get nextProbeAt(): number | null {
    const phase = this.#phase
    if (phase.kind === 'open') return phase.until
    return phase.kind === 'half_open' && this.#probesFrom > this.#since ? this.#probesFrom : null
  }

  /** When time alone changes the state next; null when only a call or an operator does. */
  get deadline(): number | null {
    if (this.#phase.kind === 'open') return this.#phase.until
    return this.forced?.expiresAt ?? null
  }

  /** Takes on new thresholds. While open, the wait is measured anew from when it opened. */
  configure(config: BreakerConfig): void {
    this.#config = config
    this.#rates.configure(config)
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
        return phase.probe === null && now >= this.#probesFrom
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
        if (now < this.#probesFrom) return { kind: 'refused', retryAt: this.#probesFrom }
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

  /** Whether this is the probe under way. */
  isProbe(ticket: CallTicket): boolean {
    return this.#phase.kind === 'half_open' && this.#phase.probe?.ticket === ticket
  }

  /** Gives a probe back that did not begin, as another replica probes until then. */
  defer(ticket: CallTicket, until: number): void {
    if (this.#phase.kind !== 'half_open' || this.#phase.probe?.ticket !== ticket) return
    this.#phase = { ...this.#phase, probe: null }
    this.#probesFrom = until
  }

  /** Counts the outcome of an admitted call, once. Outcomes of an earlier generation are ignored. */
  record(ticket: CallTicket, verdict: CallVerdict, now: number, call: EndedCall = unmeasured): void {
    if (ticket.generation !== this.#generation) return
    const phase = this.#phase
    if (phase.kind === 'half_open') {
      if (phase.probe?.ticket === ticket) this.#recordProbe(phase.successes, phase.probe.endsBy, verdict, now, call)
      return
    }
    this.#count(verdict)
    if (phase.kind !== 'closed' || verdict.kind === 'neutral') return
    const isFailure = verdict.kind === 'failure'
    if (isFailure || this.#rates.isSlow(call.durationMs)) this.#troubled.note({ at: now, verdict, ...call })
    const excess = this.#rates.record(isFailure, call.durationMs, now)
    if (isFailure && this.#consecutiveFailures >= this.#config.failureThreshold) {
      const reason = `${describeCount(this.#consecutiveFailures, 'failure')} in a row`
      this.#open(now, reason, verdict, this.#consecutiveFailures)
    } else if (excess !== null) this.#open(now, excess, isFailure ? verdict : slowness(call.durationMs))
  }

  /** Takes on what the replicas together have found. An operator's hold and a probe under way come first. */
  follow(word: FleetWord, now: number): void {
    const phase = this.#phase
    switch (word.kind) {
      case 'open':
        if (phase.kind !== 'closed') return
        this.#moveTo({ kind: 'open', until: word.until }, now, word.reason, { isFollowing: true })
        return
      case 'wait':
        if (phase.kind === 'open' && word.until > phase.until) this.#phase = { kind: 'open', until: word.until }
        if (phase.kind === 'half_open' && phase.probe === null)
          this.#moveTo({ kind: 'open', until: word.until }, now, word.reason, { isFollowing: this.#isFollowing })
        return
      case 'closed':
        if (phase.kind !== 'open' && phase.kind !== 'half_open') return
        this.#consecutiveFailures = 0
        this.#moveTo({ kind: 'closed' }, now, word.reason)
        return
      default:
        assertNever(word)
    }
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

  #recordProbe(earlierSuccesses: number, endsBy: number, verdict: CallVerdict, now: number, call: EndedCall): void {
    this.#count(verdict)
    switch (verdict.kind) {
      case 'success': {
        // Its process stood still meanwhile: another replica may have probed since.
        if (now > endsBy) return this.#freeProbe(earlierSuccesses)
        this.#troubled.clear()
        if (this.#rates.isSlow(call.durationMs)) {
          this.#troubled.note({ at: now, verdict, ...call })
          const slow = slowness(call.durationMs)
          return this.#open(now, `the probe was slow: ${slow.message}`, slow)
        }
        const successes = earlierSuccesses + 1
        if (successes < this.#config.successThreshold) return this.#freeProbe(successes)
        return this.#moveTo({ kind: 'closed' }, now, describeCount(successes, 'successful probe'))
      }
      case 'failure':
        this.#troubled.clear()
        this.#troubled.note({ at: now, verdict, ...call })
        return this.#open(now, `the probe failed: ${verdict.code}`, verdict)
      case 'neutral':
        return this.#freeProbe(earlierSuccesses)
      default:
        assertNever(verdict)
    }
  }

  #freeProbe(successes: number): void {
    this.#phase = { kind: 'half_open', probe: null, successes }
  }

  #count(verdict: CallVerdict): void {
    if (verdict.kind === 'success') this.#consecutiveFailures = 0
    if (verdict.kind === 'failure') this.#consecutiveFailures += 1
  }

  /** `calls` is how many of the last troubled ones are to be named. */
  #open(now: number, reason: string, cause: FailureCause, calls?: number): void {
    const until = now + this.#config.openMs
    this.#moveTo({ kind: 'open', until }, now, reason, { cause, calls: this.#troubled.last(calls) })
  }

  #probeNext(now: number, reason: string): void {
    this.#moveTo({ kind: 'half_open', probe: null, successes: 0 }, now, reason, { isFollowing: this.#isFollowing })
  }

  #moveTo(phase: BreakerPhase, now: number, reason: string, because: Because = {}): void {
    const { cause = null, calls = [], isFollowing = false } = because
    const from = stateOf(this.#phase)
    const to = stateOf(phase)
    this.#phase = phase
    this.#generation += 1
    this.#isFollowing = isFollowing
    this.#probesFrom = Number.NEGATIVE_INFINITY
    if (from !== to) this.#since = now
    this.#troubledSince = to === 'closed' ? null : (this.#troubledSince ?? now)
    this.#rates.clear()
    this.#troubled.clear()
    this.#onTransition({
      transition: { at: new Date(now).toISOString(), from, to, reason },
      cause: cause === null ? null : { code: cause.code, message: cause.message },
      calls,
    })
  }
}

function slowness(durationMs: number): FailureCause {
  return { code: 'SLOW_CALL', message: `the call took ${describeDuration(Math.round(durationMs))}` }
}

function describeCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
