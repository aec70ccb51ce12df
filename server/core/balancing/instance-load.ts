/** Weight of the newest call in the means of latency and failures. */
const smoothing = 0.2
/** After this long without an outcome, what was learned of an instance no longer counts: it gets another chance. */
const learnedForMs = 30_000
/** Half-life of the calls counted as recent, for share and fairness. */
const recentHalfLifeMs = 300_000
/** What is missed is wanted for some rounds: others have to give it back first. */
const rememberedShare = 0.8

/** How a call ended; null is neutral (busy, cancelled by us) and teaches nothing. */
export type SlotResult = { ok: boolean; durationMs: number } | null

/** One call's place on an instance. */
export interface Slot {
  /** Gives the place back; every call but the first is ignored. */
  release(result: SlotResult): void
}

/**
 * What one instance has in flight from this replica and how it answered lately. Shared by everything that looks at the
 * instance, so reading it costs no look-up; only slots change it.
 */
export class InstanceLoad {
  inFlight = 0
  /** How many calls this replica may have in flight; null while all of the instance's capacity is its own. */
  share: number | null
  /** Calls in flight from other replicas, as of their last rounds of sharing. */
  elsewhere = 0
  /** Calls since start, counted when their slot is taken. */
  calls = 0
  /** Calls that ended since start, by how; busy and cancelled ones are neither. */
  successes = 0
  failures = 0
  /** Exponentially weighted mean of successful calls in ms; null before the first, and after a pause until the next. */
  latencyMs: number | null = null
  /** Exponentially weighted share of failures, 0-1. */
  failureShare = 0
  /** Whether a call that probes a breaker which is not closed is under way. */
  isProbing = false
  #learnedAt = Number.NEGATIVE_INFINITY
  #recentCalls = 0
  #recentAt = 0
  /** Calls in flight that callers make themselves: they asked this replica, and no other could serve them. */
  #outside = 0
  #missed = 0
  #missedLately = 0

  constructor(share: number | null = null) {
    this.share = share
  }

  /** Those in flight that callers hold who make their calls themselves. */
  get outside(): number {
    return this.#outside
  }

  /** How many of `capacity` this replica may use. */
  limit(capacity: number): number {
    return this.share === null ? capacity : Math.min(capacity, this.share)
  }

  /** A caller who makes calls itself found no free slot within this replica's share. */
  noteMissed(): void {
    this.#missed += 1
  }

  /** Slots that only this replica can use, with those missed lately; asked once a round, and each time fewer are remembered. */
  takeWanted(): number {
    this.#missedLately = Math.max(this.#missed, Math.floor(this.#missedLately * rememberedShare))
    this.#missed = 0
    return this.#outside + this.#missedLately
  }

  /**
   * Takes a slot at `now`; a `probe` keeps others from probing until it is given back. Capacity and share are the caller's to
   * check.
   */
  take(now: () => number, probe: boolean, isOutside = false): Slot {
    const takenAt = now()
    this.#recentCalls = this.recentCalls(takenAt) + 1
    this.#recentAt = takenAt
    this.inFlight += 1
    this.calls += 1
    if (probe) this.isProbing = true
    if (isOutside) this.#outside += 1
    let isHeld = true
    return {
      release: result => {
        if (!isHeld) return
        isHeld = false
        this.inFlight -= 1
        if (probe) this.isProbing = false
        if (isOutside) this.#outside -= 1
        if (result !== null) this.#learn(result.ok, result.durationMs, now())
      },
    }
  }

  /** Calls since start, each halved every five minutes. */
  recentCalls(now: number): number {
    const elapsed = now - this.#recentAt
    return elapsed <= 0 ? this.#recentCalls : this.#recentCalls * 2 ** (-elapsed / recentHalfLifeMs)
  }

  /** Whether latency and failures are from recent enough calls to choose by. */
  isFresh(now: number): boolean {
    return now - this.#learnedAt <= learnedForMs
  }

  #learn(ok: boolean, durationMs: number, now: number): void {
    if (!this.isFresh(now)) {
      this.failureShare = 0
      this.latencyMs = null
    }
    this.#learnedAt = now
    this.failureShare += smoothing * ((ok ? 0 : 1) - this.failureShare)
    if (!ok) {
      this.failures += 1
      return
    }
    this.successes += 1
    this.latencyMs = this.latencyMs === null ? durationMs : this.latencyMs + smoothing * (durationMs - this.latencyMs)
  }
}
