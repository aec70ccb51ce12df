import type { BreakerTransition } from '../contracts/breakers.ts'
import type { BreakerConfig } from '../contracts/modules.ts'
import type {
  BreakerChange,
  BreakerObservation,
  CallVerdict,
  FleetWord,
  ForcedState,
  GuardedCall,
  GuardedResult,
  LocalBreaker,
  ProbeEnd,
  ProbeGrant,
} from '../core/resilience/breaker-board.ts'
import type { CallTicket } from '../core/resilience/breaker-phase.ts'
import { BreakerPolicy, type PolicyTransition } from '../core/resilience/breaker-policy.ts'
import { CallWindow } from '../core/resilience/call-window.ts'
import { describeDuration } from '../core/resilience/describe-duration.ts'
import type { Clock } from '../core/shared/clock.ts'
import { CallAbortion } from './call-abortion.ts'
import { ErrorKinds } from './error-kinds.ts'
import { type BucketRotation, isTimeOut, OpossumEngine } from './opossum-engine.ts'

/** How many changes of state a breaker remembers. */
const transitionsKept = 50

const neutral: CallVerdict = { kind: 'neutral' }

export interface BreakerIdentity {
  moduleId: string
  moduleName: string
  instanceId: string
  endpoint: string
}

export interface GuardedBreakerOptions {
  identity: BreakerIdentity
  config: BreakerConfig
  clock: Clock
  rotation: BucketRotation
  onTransition: (change: Omit<BreakerChange, 'key'>) => void
  /** Asked before each probe; see `ProbeGate`. */
  probes: {
    enter(limitMs: number): Promise<ProbeGrant> | null
    leave(end: ProbeEnd): void
  }
}

/** One breaker: the policy decides, the engine carries out, the window counts. */
export class GuardedBreaker {
  readonly #clock: Clock
  readonly #rotation: BucketRotation
  readonly #onTransition: (change: PolicyTransition) => void
  readonly #policy: BreakerPolicy
  readonly #window = new CallWindow()
  readonly #totals = { calls: 0, successes: 0, failures: 0, timeouts: 0, rejections: 0 }
  readonly #errors = new ErrorKinds()
  readonly #transitions: BreakerTransition[] = []
  readonly #probes: GuardedBreakerOptions['probes']
  #engine: OpossumEngine
  #isRetired = false
  #identity: BreakerIdentity
  #config: BreakerConfig
  /** Its time is formatted when somebody looks: done here it was 1 µs of each failing call. */
  #lastFailure: { at: number; code: string; message: string } | null = null

  constructor(options: GuardedBreakerOptions) {
    this.#clock = options.clock
    this.#rotation = options.rotation
    this.#onTransition = options.onTransition
    this.#identity = options.identity
    this.#probes = options.probes
    this.#config = options.config
    this.#engine = new OpossumEngine('closed', options.rotation)
    this.#policy = new BreakerPolicy({
      config: options.config,
      now: options.clock.now(),
      onTransition: transition => this.#take(transition),
    })
  }

  /** To be asked, not driven: changes go through this class, so that the engine follows. */
  get policy(): Pick<BreakerPolicy, 'state' | 'phase' | 'deadline' | 'nextProbeAt' | 'admits'> {
    return this.#policy
  }

  configure(config: BreakerConfig, identity: BreakerIdentity): void {
    this.#config = config
    this.#identity = identity
    this.#policy.configure(config)
  }

  advance(now: number): void {
    this.#policy.advance(now)
  }

  force(forced: ForcedState): void {
    this.#policy.force(forced, this.#clock.now())
  }

  reset(by: string, reason: string): void {
    this.#policy.reset(by, reason, this.#clock.now())
  }

  follow(word: FleetWord): void {
    this.#policy.follow(word, this.#clock.now())
  }

  observe(): BreakerObservation | null {
    const { sees: state, since, isFollowing, nextProbeAt } = this.#policy
    if (state === null) return null
    const troubledSince = state === 'closed' ? null : this.#policy.troubledSince
    const { calls, failures } = this.#window.count(this.#clock.now())
    return { state, since, troubledSince, isFollowing, nextProbeAt, calls, failures }
  }

  /** Lets go of the engine; calls under way end as they would have. */
  retire(): void {
    this.#isRetired = true
    this.#engine.retire()
  }

  call<T>(guarded: GuardedCall<T>): Promise<GuardedResult<T>> {
    const startedAt = this.#clock.now()
    this.#rotation.rotateIfDue(startedAt)
    const limitMs = shorterLimit(guarded.timeoutMs, this.#config.callTimeoutMs)
    const admission = this.#policy.admit(startedAt, limitMs)
    if (admission.kind === 'refused') return Promise.resolve(this.#reject(startedAt, admission.retryAt))
    const { ticket } = admission
    const asked = this.#policy.isProbe(ticket) ? this.#probes.enter(limitMs) : null
    return asked === null ? this.#run(guarded, ticket, limitMs) : this.#probe(asked, guarded, ticket, limitMs)
  }

  async #probe<T>(
    asked: Promise<ProbeGrant>,
    guarded: GuardedCall<T>,
    ticket: CallTicket,
    limitMs: number,
  ): Promise<GuardedResult<T>> {
    const grant = await asked
    if (!grant.isGranted) {
      this.#policy.defer(ticket, grant.until)
      return this.#reject(this.#clock.now(), grant.until)
    }
    // While it was asked for, an operator or another replica's word may have ended the half-open state.
    if (!this.#policy.isProbe(ticket)) {
      this.#probes.leave({ kind: 'neutral' })
      return this.#reject(this.#clock.now(), this.#policy.nextProbeAt)
    }
    try {
      return await this.#run(guarded, ticket, limitMs)
    } finally {
      this.#probes.leave(this.#probeEnd())
    }
  }

  #reject(now: number, retryAt: number | null): { kind: 'rejected'; retryAt: number | null } {
    this.#totals.rejections += 1
    this.#window.recordRejection(now)
    return { kind: 'rejected', retryAt }
  }

  /** What the policy made of a probe that has just been recorded. */
  #probeEnd(): ProbeEnd {
    const { phase } = this.#policy
    if (phase.kind === 'closed') return { kind: 'closed' }
    if (phase.kind === 'open') return { kind: 'failed', nextAt: phase.until }
    return phase.kind === 'half_open' && phase.successes > 0 ? { kind: 'passed' } : { kind: 'neutral' }
  }

  async #run<T>(guarded: GuardedCall<T>, ticket: CallTicket, limitMs: number): Promise<GuardedResult<T>> {
    const startedAt = this.#clock.now()
    const abortion = new CallAbortion(guarded.signal)
    let verdict = neutral
    try {
      const value = await this.#engine.fire(() => guarded.action(abortion.signal), limitMs)
      if (!abortion.isCancelled) verdict = guarded.judge(value)
      return { kind: 'completed', value }
    } catch (error) {
      if (!isTimeOut(error)) throw error
      abortion.timeOut(limitMs)
      if (!abortion.isCancelled) {
        this.#totals.timeouts += 1
        verdict = { kind: 'failure', code: 'TIMED_OUT', message: `No answer within ${describeDuration(limitMs)}` }
      }
      return { kind: 'timed_out' }
    } finally {
      abortion.release()
      const endedAt = this.#clock.now()
      const durationMs = endedAt - startedAt
      this.#count(verdict, endedAt, durationMs)
      this.#policy.record(ticket, verdict, endedAt, { durationMs, ref: guarded.ref ?? null })
      this.#alignEngine()
    }
  }

  view(): LocalBreaker {
    const { phase, forced, consecutiveFailures, state, since, troubledSince, isFollowing, nextProbeAt } = this.#policy
    return {
      ...this.#identity,
      state,
      since: isoTime(since),
      troubledSince: troubledSince === null ? null : isoTime(troubledSince),
      forced: forced && {
        state: forced.state,
        by: forced.by,
        reason: forced.reason,
        at: isoTime(forced.at),
        expiresAt: forced.expiresAt === null ? null : isoTime(forced.expiresAt),
      },
      openedBy: state === 'closed' || forced !== null ? null : isFollowing ? 'quorum' : 'here',
      nextProbeAt: nextProbeAt === null ? null : isoTime(nextProbeAt),
      probeEndsBy: phase.kind === 'half_open' && phase.probe !== null ? isoTime(phase.probe.endsBy) : null,
      consecutiveFailures,
      probeSuccesses: phase.kind === 'half_open' ? phase.successes : 0,
      config: this.#config,
      totals: { ...this.#totals },
      window: this.#window.summarize(this.#clock.now()),
      lastFailure: this.#lastFailure && { ...this.#lastFailure, at: isoTime(this.#lastFailure.at) },
      errors: this.#errors.list(),
      transitions: [...this.#transitions],
    }
  }

  #count(verdict: CallVerdict, now: number, latencyMs: number): void {
    if (verdict.kind === 'neutral') return
    this.#totals.calls += 1
    if (verdict.kind === 'success') {
      this.#totals.successes += 1
      this.#window.recordSuccess(now, latencyMs)
      return
    }
    this.#totals.failures += 1
    this.#errors.count(verdict.code)
    this.#window.recordFailure(now, latencyMs)
    this.#lastFailure = { at: now, code: verdict.code, message: verdict.message }
  }

  #take(change: PolicyTransition): void {
    this.#alignEngine()
    this.#transitions.unshift(change.transition)
    if (this.#transitions.length > transitionsKept) this.#transitions.pop()
    this.#onTransition(change)
  }

  /**
   * Makes opossum hold the policy's state. It leaves half-open by itself after one call, whatever that gave; while the
   * policy stays half-open, the next probe gets a new circuit.
   */
  #alignEngine(): void {
    const { state } = this.#policy
    if (this.#isRetired || this.#engine.state === state) return
    if (state === 'open') {
      this.#engine.open()
      return
    }
    this.#engine.retire()
    this.#engine = new OpossumEngine(state, this.#rotation)
  }
}

/** At least 1 ms: opossum takes 0 for no time-out at all. */
function shorterLimit(timeoutMs: number | undefined, callTimeoutMs: number): number {
  return timeoutMs !== undefined && timeoutMs < callTimeoutMs ? Math.max(1, timeoutMs) : callTimeoutMs
}

function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
