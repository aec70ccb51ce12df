import type { DriverHealth } from '../queue/driver.ts'

/** Liveness of what failed its last check or has just passed one again: degraded, not gone. */
const doubtful = 0.8
/** Failed checks in a row after which an instance that once passed is down. */
const failuresToDown = 2
/** Passed checks in a row after which an instance that had failed is trusted again. */
const passesToUp = 2

/** What the active checks say, with the sign of life that real calls give. */
export interface LivenessReading {
  /** 0 down, 0.8 in doubt or degraded by its own word, 1 up. */
  value: number
  reason: string
}

/**
 * Whether an instance is there, by its checks in a row: two failures after a pass make it down, two passes after a failure make
 * it up again. One that never passed is down with its first failure and up with its first pass. While checks fail but
 * calls go on succeeding it is in doubt, not down: busy is not dead.
 */
export class Liveness {
  #last: (DriverHealth & { at: number }) | null = null
  #passes = 0
  #failures = 0
  #hasPassed = false
  #isRecovering = false
  #failingSince = 0
  #lastSuccessAt = Number.NEGATIVE_INFINITY
  #lastCallSucceeded = false
  readonly #signOfLifeMs: number

  /** A successful call counts as a sign of life for `signOfLifeMs`. */
  constructor(signOfLifeMs: number) {
    this.#signOfLifeMs = signOfLifeMs
  }

  get last(): (DriverHealth & { at: number }) | null {
    return this.#last
  }

  /** Failed checks in a row. */
  get failures(): number {
    return this.#failures
  }

  /** Whether it failed before and has not yet passed often enough since. */
  get isRecovering(): boolean {
    return this.#isRecovering
  }

  checked(result: DriverHealth, now: number): void {
    this.#last = { ...result, at: now }
    if (result.status === 'unhealthy') {
      if (this.#failures === 0) this.#failingSince = now
      this.#failures += 1
      this.#passes = 0
      this.#isRecovering = this.#hasPassed
      return
    }
    this.#failures = 0
    this.#passes += 1
    if (this.#passes >= passesToUp) this.#isRecovering = false
    this.#hasPassed = true
  }

  called(ok: boolean, now: number): void {
    this.#lastCallSucceeded = ok
    if (ok) this.#lastSuccessAt = now
  }

  /** Forgets every check, as if the instance had just joined. */
  forget(): void {
    this.#last = null
    this.#passes = 0
    this.#failures = 0
    this.#hasPassed = false
    this.#isRecovering = false
  }

  /** Null when neither a check nor a successful call was seen. */
  read(now: number): LivenessReading | null {
    if (!this.#last) return this.#callsSucceed(now) ? { value: 1, reason: 'not checked yet, but calls succeed' } : null
    const { status, reason, latencyMs } = this.#last
    const why = `it ${reason ?? `says it is ${status}`}`
    if (this.#failures > 0) return this.#readFailing(why, now)
    if (this.#isRecovering) return { value: doubtful, reason: 'a check passed again after a failure, being confirmed' }
    if (status === 'degraded') return { value: doubtful, reason: why }
    return { value: 1, reason: `checks pass in ${Math.round(latencyMs)} ms` }
  }

  #readFailing(why: string, now: number): LivenessReading {
    if (this.#callsSucceed(now) && this.#lastSuccessAt > this.#failingSince) {
      return { value: doubtful, reason: `checks fail (${why}), but calls go on succeeding` }
    }
    if (!this.#hasPassed) return { value: 0, reason: `no check has passed yet: ${why}` }
    if (this.#failures < failuresToDown) return { value: doubtful, reason: `a check failed (${why}), being confirmed` }
    return { value: 0, reason: `${this.#failures} checks in a row failed: ${why}` }
  }

  #callsSucceed(now: number): boolean {
    return this.#lastCallSucceeded && now - this.#lastSuccessAt < this.#signOfLifeMs
  }
}
