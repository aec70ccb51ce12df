/** Steps per doubling: a percentile is at most 6.25 % away from the true value. */
const stepsPerDoubling = 8
const stepBits = 3
/** The finest step, 1/8 ms, holds up to 2 ms; from there on a step is an eighth of its power of two. */
const unitsPerMs = 8
/** 2^25 units are 70 minutes, above the longest call time-out (60 minutes); slower calls count as this long. */
const maxUnits = 2 ** 25 - 1
const stepCount = indexOf(maxUnits) + 1

/**
 * Counts latencies in log-linear steps, as HdrHistogram does: constant memory (0.7 KiB), constant time per record, and no
 * sorting. Takes and gives milliseconds.
 */
export class LatencyHistogram {
  readonly #counts = new Uint32Array(stepCount)
  #total = 0

  get total(): number {
    return this.#total
  }

  /** Negative latencies (the clock was set back during the call) count as 0. */
  record(latencyMs: number): void {
    const units = Math.min(maxUnits, Math.max(0, Math.round(latencyMs * unitsPerMs)))
    const index = indexOf(units)
    this.#counts[index] = (this.#counts[index] ?? 0) + 1
    this.#total += 1
  }

  /** Adds the other's counts to this one's. */
  merge(other: LatencyHistogram): void {
    for (let index = 0; index < stepCount; index += 1) {
      this.#counts[index] = (this.#counts[index] ?? 0) + (other.#counts[index] ?? 0)
    }
    this.#total += other.#total
  }

  clear(): void {
    this.#counts.fill(0)
    this.#total = 0
  }

  /** The nearest-rank percentile, `fraction` in (0, 1]; null when nothing was recorded. */
  percentile(fraction: number): number | null {
    if (this.#total === 0) return null
    const rank = Math.max(1, Math.ceil(fraction * this.#total))
    let seen = 0
    for (let index = 0; index < stepCount; index += 1) {
      seen += this.#counts[index] ?? 0
      if (seen >= rank) return middleOf(index) / unitsPerMs
    }
    return maxUnits / unitsPerMs
  }
}

function indexOf(units: number): number {
  if (units < stepsPerDoubling) return units
  const doubling = 31 - Math.clz32(units) - stepBits
  return doubling * stepsPerDoubling + (units >>> doubling)
}

function middleOf(index: number): number {
  if (index < 2 * stepsPerDoubling) return index
  const doubling = Math.floor(index / stepsPerDoubling) - 1
  const lowest = (index - doubling * stepsPerDoubling) * 2 ** doubling
  return lowest + (2 ** doubling - 1) / 2
}
