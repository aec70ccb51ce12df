/** Evidence loses half its weight in this time. */
const halfLifeMs = 60_000
/** Older calls fade also when many come: the last 50 or so decide. */
const maxEvidence = 50
/** Successes assumed before the first call: from nothing it takes four failures in a row to count as poor. */
const assumedSuccesses = 5
/** Poor below the one, good again above the other: in between it stays what it was, so it cannot flicker. */
const poorBelow = 0.6
const goodAbove = 0.8
/** What calls alone can take off a score: 30 of 100. An instance that passes its checks stays callable; the breaker guards it. */
const atStake = 0.3

/** How real calls of one instance went lately. Costs the same however many there were. */
export class Correctness {
  #successes = 0
  #failures = 0
  #at = 0
  #isPoor = false

  observe(ok: boolean, now: number): void {
    this.#decay(now)
    if (ok) this.#successes += 1
    else this.#failures += 1
    const excess = this.evidence / maxEvidence
    if (excess > 1) this.#scale(1 / excess)
    this.#judge()
  }

  /** Lets evidence age up to now. */
  settle(now: number): void {
    this.#decay(now)
    this.#judge()
  }

  /** Weight of the calls that are remembered; 1 is one call just now. */
  get evidence(): number {
    return this.#successes + this.#failures
  }

  /** Share of remembered calls that succeeded, 0-1, without the assumed ones; 1 when none is remembered. */
  get successShare(): number {
    return this.evidence === 0 ? 1 : this.#successes / this.evidence
  }

  /** 0.7-1, what the score is multiplied with: at least 0.9 while good, below that while poor. */
  get factor(): number {
    const factor = 1 - atStake * (1 - this.#believedShare)
    return this.#isPoor ? Math.min(factor, 0.89) : Math.max(factor, 0.9)
  }

  get #believedShare(): number {
    return (this.#successes + assumedSuccesses) / (this.evidence + assumedSuccesses)
  }

  #judge(): void {
    const share = this.#believedShare
    if (share < poorBelow) this.#isPoor = true
    else if (share > goodAbove) this.#isPoor = false
  }

  #decay(now: number): void {
    if (now > this.#at && this.evidence > 0) this.#scale(2 ** ((this.#at - now) / halfLifeMs))
    this.#at = now
  }

  #scale(by: number): void {
    this.#successes *= by
    this.#failures *= by
  }
}
