import type { DriverHealth } from '../queue/driver.ts'
import { roundScore, stateOf } from './aggregate.ts'
import { Correctness } from './correctness.ts'
import type { HealthReading } from './health-board.ts'
import { Liveness, type LivenessReading } from './liveness.ts'

/** What somebody outside says of an instance; believed until it expires or a newer one comes. */
export interface InstanceReport {
  status: 'healthy' | 'degraded' | 'unhealthy'
  load: number | null
  by: string
  reason: string | null
  at: number
  expiresAt: number
}

/** One side of an instance's health with what it stands on; `at` is in ms since the epoch. */
export interface AxisReading {
  standing: string
  evidence: string
  at: number | null
}

/** The axes that health itself observes. Administrative state and breaker belong to registry and breaker board. */
export interface InstanceEvidence {
  liveness: AxisReading
  heartbeat: AxisReading
  saturation: AxisReading
  correctness: AxisReading
}

/** The reading of something that nothing was seen of yet; it may be called. */
export const unknownReading: HealthReading = Object.freeze({
  state: 'unknown',
  score: null,
  reason: 'Nothing was seen of it yet',
  at: null,
})

/** Heartbeats come about so often, and are stale when so many in a row are missing. */
const heartbeatMs = 15_000
const missedBeats = 3

const reportValue = { healthy: 1, degraded: 0.8, unhealthy: 0.5 } as const

export interface InstanceHealthOptions {
  signOfLifeMs: number
  /** Evidence of checks that is older when a new one comes is forgotten: whatever it said, much may have happened since. */
  staleMs: number
}

/**
 * Health of one instance from checks, real calls and reports:
 *
 *     score = 100 × min(liveness, report) × correctness
 *
 * with liveness 0, 0.8 or 1 (see Liveness), a report 0.5, 0.8 or 1, and correctness 0.7-1 (see Correctness). Load is kept
 * as evidence and never lowers the score.
 */
export class InstanceHealth {
  readonly #liveness: Liveness
  readonly #correctness = new Correctness()
  readonly #staleMs: number
  #report: InstanceReport | null = null
  #lastCallAt: number | null = null
  #lastBeatAt: number | null = null
  #failedCallsInRow = 0
  #reading: HealthReading = unknownReading

  constructor(options: InstanceHealthOptions) {
    this.#liveness = new Liveness(options.signOfLifeMs)
    this.#staleMs = options.staleMs
  }

  /** As of the last `settle`, or of the last evidence that came. */
  get reading(): HealthReading {
    return this.#reading
  }

  get failedCallsInRow(): number {
    return this.#failedCallsInRow
  }

  /** When it was last checked, in ms since the epoch; null when never. */
  get checkedAt(): number | null {
    return this.#liveness.last?.at ?? null
  }

  /** When the next check is due: soon while the last one failed or is being confirmed, then ever later, up to the interval. */
  nextCheckDelayMs(intervalMs: number, confirmMs: number): number {
    const { failures, isRecovering } = this.#liveness
    if (isRecovering && failures === 0) return Math.min(intervalMs, confirmMs)
    return failures === 0 ? intervalMs : Math.min(intervalMs, confirmMs * 2 ** Math.min(failures - 1, 20))
  }

  checked(result: DriverHealth, now: number): void {
    if (now - (this.checkedAt ?? now) > this.#staleMs) this.#liveness.forget()
    this.#liveness.checked(result, now)
    this.settle(now)
  }

  /** Cheap while nothing changes by it: a call that goes as the ones before leaves the reading as it is. */
  called(ok: boolean, now: number): void {
    this.#lastCallAt = now
    this.#failedCallsInRow = ok ? 0 : this.#failedCallsInRow + 1
    this.#correctness.observe(ok, now)
    this.#liveness.called(ok, now)
    const isSettled = this.#reading.score !== null && this.#liveness.failures === 0 && this.#report === null
    if (isSettled && this.#scoreOf(this.#liveness.read(now)) === this.#reading.score) return
    this.settle(now)
  }

  /** It sent a sign of life. That is shown with its age, and changes no score: checks ask it anyway. */
  beat(now: number): void {
    this.#lastBeatAt = now
  }

  reported(report: InstanceReport): void {
    this.#report = report
    this.settle(report.at)
  }

  /** Brings the reading up to date: evidence ages, reports expire. */
  settle(now: number): void {
    if (this.#report && this.#report.expiresAt <= now) this.#report = null
    this.#correctness.settle(now)
    const alive = this.#believe(now)
    if (!alive && this.#lastCallAt === null) {
      this.#reading = unknownReading
      return
    }
    const score = this.#scoreOf(alive)
    const at = Math.max(this.checkedAt ?? 0, this.#report?.at ?? 0) || this.#lastCallAt
    this.#reading = { state: stateOf(score), score, reason: this.#explain(alive), at }
  }

  /** The axes one by one; `inFlight` of `capacity` is what this replica has running on it. */
  evidence(now: number, inFlight: number, capacity: number): InstanceEvidence {
    const alive = this.#believe(now)
    const { last } = this.#liveness
    const { evidence, successShare, factor } = this.#correctness
    const said = this.#report?.load ?? last?.load ?? null
    const load = Math.max(inFlight / capacity, said ?? 0)
    return {
      liveness: {
        standing: alive === null ? 'unknown' : alive.value === 0 ? 'down' : alive.value < 1 ? 'in doubt' : 'up',
        evidence: alive?.reason ?? 'no check has ended yet',
        at: this.#reading.at,
      },
      heartbeat: this.#explainBeat(now),
      saturation: {
        standing: percent(load),
        evidence: `${inFlight} of ${capacity} calls from here${said === null ? '' : `; it says ${percent(said)}`}`,
        at: said === null ? null : (this.#report?.at ?? last?.at ?? null),
      },
      correctness: {
        standing: evidence < 0.5 ? 'unknown' : percent(successShare),
        evidence: `${this.#explainCalls()}; counts ${percent(factor)}`,
        at: this.#lastCallAt,
      },
    }
  }

  #explainBeat(now: number): AxisReading {
    const at = this.#lastBeatAt
    if (at === null) return { standing: 'none', evidence: 'it sends none; it is asked by checks', at }
    const isFresh = now - at <= heartbeatMs * missedBeats
    const evidence = isFresh
      ? 'it sends signs of life by itself'
      : `${missedBeats} heartbeats or more are missing; one is due every ${heartbeatMs / 1_000} s`
    return { standing: isFresh ? 'fresh' : 'stale', evidence, at }
  }

  /** Liveness and report, whichever is worse. */
  #believe(now: number): LivenessReading | null {
    const alive = this.#liveness.read(now)
    if (!this.#report) return alive
    const { status, by, reason } = this.#report
    const value = reportValue[status]
    if (alive && alive.value <= value) return alive
    return { value, reason: `reported ${status} by ${by}${reason === null ? '' : `: ${reason}`}` }
  }

  #scoreOf(alive: LivenessReading | null): number {
    return roundScore(100 * (alive?.value ?? 1) * this.#correctness.factor)
  }

  #explain(alive: LivenessReading | null): string {
    const { factor, evidence } = this.#correctness
    const why = alive?.reason ?? 'not checked yet'
    if ((alive?.value ?? 1) === 1 && factor === 1) return capitalized(evidence < 0.5 ? why : `${why}; calls succeed`)
    return `${percent(alive?.value ?? 1)} liveness (${why}) × ${percent(factor)} correctness (${this.#explainCalls()})`
  }

  #explainCalls(): string {
    if (this.#correctness.evidence < 0.5) return 'no recent calls'
    return `${percent(this.#correctness.successShare)} of recent calls succeeded`
  }
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
