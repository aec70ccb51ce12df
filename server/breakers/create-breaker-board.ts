import type { BreakerState } from '../contracts/breakers.ts'
import type { BreakerConfig } from '../contracts/modules.ts'
import type {
  BreakerBoard,
  BreakerChange,
  BreakerKey,
  BreakerObservation,
  FleetWord,
  ForcedState,
  GuardedCall,
  GuardedResult,
  LiveBreaker,
  LocalBreaker,
  ProbeGate,
} from '../core/resilience/breaker-board.ts'
import type { Clock } from '../core/shared/clock.ts'
import { QuarterdeckError } from '../core/shared/errors.ts'
import type { Logger } from '../core/shared/logger.ts'
import { BreakerIndex } from './breaker-index.ts'
import { DeadlineTimer } from './deadline-timer.ts'
import { GuardedBreaker } from './guarded-breaker.ts'
import { BucketRotation } from './opossum-engine.ts'

export interface BreakerBoardOptions {
  clock: Clock
  logger: Logger
}

/**
 * The breakers of this replica on opossum. `start` arms the timer that tells of changes which time brings; without it they
 * happen with the next call. `stop` disarms it, and calls go on. Time-outs of calls run on the global timers.
 */
export function createBreakerBoard(options: BreakerBoardOptions): BreakerBoard {
  return new OpossumBreakerBoard(options)
}

class OpossumBreakerBoard implements BreakerBoard {
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #breakers = new BreakerIndex<GuardedBreaker>()
  readonly #rotation = new BucketRotation()
  readonly #listeners = new Set<(change: BreakerChange) => void>()
  readonly #timer: DeadlineTimer
  #gate: ProbeGate | null = null

  constructor(options: BreakerBoardOptions) {
    this.#clock = options.clock
    this.#logger = options.logger
    this.#timer = new DeadlineTimer(options.clock, () => this.#advanceAll())
  }

  configure(key: BreakerKey, config: BreakerConfig, labels: { moduleName: string; endpoint: string }): void {
    const { tenantId, moduleId, instanceId } = key
    const identity = { moduleId, moduleName: labels.moduleName, instanceId, endpoint: labels.endpoint }
    const existing = this.#breakers.get(key)
    if (existing !== undefined) {
      existing.configure(config, identity)
      this.#wakeFor(existing)
      return
    }
    const ownKey = { tenantId, moduleId, instanceId }
    const breaker: GuardedBreaker = new GuardedBreaker({
      identity,
      config,
      clock: this.#clock,
      rotation: this.#rotation,
      onTransition: change => {
        if (this.#breakers.get(ownKey) !== breaker) return
        this.#wakeFor(breaker)
        this.#tell({ key: ownKey, ...change })
      },
      probes: {
        enter: limitMs => this.#gate?.enter(ownKey, limitMs) ?? null,
        leave: end => this.#gate?.leave(ownKey, end),
      },
    })
    this.#breakers.set(ownKey, breaker)
  }

  remove(key: BreakerKey): void {
    this.#breakers.delete(key)?.retire()
  }

  of(key: BreakerKey): LiveBreaker | null {
    return this.#breakers.get(key)?.policy ?? null
  }

  admits(key: BreakerKey): boolean {
    return this.#breakers.get(key)?.policy.admits(this.#clock.now()) ?? true
  }

  state(key: BreakerKey): BreakerState {
    return this.#breakers.get(key)?.policy.state ?? 'closed'
  }

  nextProbeAt(key: BreakerKey): number | null {
    return this.#breakers.get(key)?.policy.nextProbeAt ?? null
  }

  call<T>(key: BreakerKey, call: GuardedCall<T>): Promise<GuardedResult<T>> {
    const breaker = this.#breakers.get(key)
    return breaker === undefined ? Promise.reject(notFound(key)) : breaker.call(call)
  }

  force(key: BreakerKey, forced: ForcedState): void {
    this.#existing(key).force(forced)
  }

  reset(key: BreakerKey, by: string, reason: string): void {
    this.#existing(key).reset(by, reason)
  }

  observe(key: BreakerKey): BreakerObservation | null {
    return this.#breakers.get(key)?.observe() ?? null
  }

  follow(key: BreakerKey, word: FleetWord): void {
    this.#breakers.get(key)?.follow(word)
  }

  guardProbes(gate: ProbeGate): void {
    this.#gate = gate
  }

  view(key: BreakerKey): LocalBreaker | null {
    return this.#breakers.get(key)?.view() ?? null
  }

  list(tenantId: string): LocalBreaker[] {
    return this.#breakers.ofTenant(tenantId).map(breaker => breaker.view())
  }

  onChange(listener: (change: BreakerChange) => void): () => void {
    // Wrapped, so that the same function registered twice is told twice and stopped one by one.
    const registration = (change: BreakerChange) => listener(change)
    this.#listeners.add(registration)
    return () => {
      this.#listeners.delete(registration)
    }
  }

  start(): void {
    this.#timer.start()
  }

  stop(): void {
    this.#timer.stop()
  }

  #existing(key: BreakerKey): GuardedBreaker {
    const breaker = this.#breakers.get(key)
    if (breaker === undefined) throw notFound(key)
    return breaker
  }

  #wakeFor(breaker: GuardedBreaker): void {
    const { deadline } = breaker.policy
    if (deadline !== null) this.#timer.wakeBy(deadline)
  }

  #advanceAll(): number | null {
    const now = this.#clock.now()
    let next: number | null = null
    for (const breaker of this.#breakers.all()) {
      breaker.advance(now)
      const { deadline } = breaker.policy
      if (deadline !== null && (next === null || deadline < next)) next = deadline
    }
    return next
  }

  #tell(change: BreakerChange): void {
    const { key, transition, cause } = change
    const fields = { ...key, from: transition.from, to: transition.to, reason: transition.reason, cause }
    if (transition.to === 'open') this.#logger.warn(fields, 'Breaker opened')
    else this.#logger.info(fields, 'Breaker changed')
    for (const listener of this.#listeners) {
      try {
        listener(change)
      } catch (error) {
        this.#logger.error({ ...key, error }, 'A listener to breaker changes threw')
      }
    }
  }
}

function notFound({ moduleId, instanceId }: BreakerKey): QuarterdeckError {
  return new QuarterdeckError('BREAKER_NOT_FOUND', {
    message: `There is no breaker for instance ${instanceId} of module ${moduleId}.`,
    action: 'Look at the list of breakers for the instances that exist now.',
    details: { moduleId, instanceId },
  })
}
