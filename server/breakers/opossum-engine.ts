import { EventEmitter } from 'node:events'
import CircuitBreaker from 'opossum'
import type { BreakerState } from '../contracts/breakers.ts'

/**
 * Turns the statistics of every opossum circuit at once, in place of a timer in each. opossum keeps each call's latency until
 * its bucket turns, even with percentiles off, so somebody must; traffic does, as an idle circuit collects nothing.
 */
export class BucketRotation {
  readonly emitter = new EventEmitter().setMaxListeners(0)
  #rotatedAt = 0

  /** Call it with each guarded call; turns the buckets at most once per 5 s. */
  rotateIfDue(now: number): void {
    if (Math.abs(now - this.#rotatedAt) < 5_000) return
    this.#rotatedAt = now
    this.emitter.emit('rotate')
  }
}

type Action = () => Promise<unknown>

type CircuitOptions = CircuitBreaker.Options<[Action]> & {
  /** opossum's documented way to restore a saved circuit; missing in its types. */
  state: { enabled: true; closed: boolean; halfOpen: boolean; warmUp: false; shutdown: false }
}

/**
 * One opossum circuit from the moment it lets calls through until it is open and retired. It fires, times out and holds
 * the state; when to change it is the policy's. A value judged a failure is a plain value to opossum: it has no rule to
 * apply to it, and adding up its statistics for each failure took 10 µs.
 *
 * A half-open breaker is a new circuit restored half-open: opossum lets exactly one call through that, and late answers
 * of older calls end in circuits that nobody asks any more.
 */
export class OpossumEngine {
  readonly #options: CircuitOptions
  readonly #circuit: CircuitBreaker<[Action], unknown>

  constructor(state: 'closed' | 'half_open', rotation: BucketRotation) {
    // A fresh object each time: opossum keeps it, and we set its time-out for each call.
    this.#options = {
      volumeThreshold: Number.MAX_SAFE_INTEGER,
      rollingPercentilesEnabled: false,
      enableSnapshots: false,
      rollingCountBuckets: 1,
      rotateBucketController: rotation.emitter,
      state: {
        enabled: true,
        closed: state === 'closed',
        halfOpen: state === 'half_open',
        warmUp: false,
        shutdown: false,
      },
    }
    this.#circuit = new CircuitBreaker(runAction, this.#options)
    // opossum arms its own timed half-open in an `open` listener. Ours is the policy's.
    this.#circuit.removeAllListeners('open')
    // It only counts, for nobody.
    this.#circuit.removeAllListeners('fire')
  }

  /** The state opossum holds. */
  get state(): BreakerState {
    if (this.#circuit.closed) return 'closed'
    return this.#circuit.halfOpen ? 'half_open' : 'open'
  }

  /**
   * Runs the action, for at most `timeoutMs` (above 0). Resolves with what it gives; rejects with what it throws, when this circuit
   * is open, and at the time-out (see `isTimeOut`), after which the caller aborts the action.
   */
  fire<T>(action: () => Promise<T>, timeoutMs: number): Promise<T> {
    // opossum reads it while it starts the call, so it holds for this call alone.
    this.#options.timeout = timeoutMs
    return this.#circuit.fire(action) as Promise<T>
  }

  open(): void {
    this.#circuit.open()
  }

  /** Lets go of it. Calls still under way end as they would have. */
  retire(): void {
    this.#circuit.shutdown()
  }
}

function runAction(action: Action): Promise<unknown> {
  return action()
}

/** Whether a call went on beyond its time limit. An action's own error may carry ETIMEDOUT too (sockets do): only opossum's is meant. */
export function isTimeOut(error: unknown): boolean {
  return error instanceof Error && CircuitBreaker.isOurError(error) && 'code' in error && error.code === 'ETIMEDOUT'
}
