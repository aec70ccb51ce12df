/** The middle value; the mean of the two in the middle when there is an even number. NaN for none. */
export function medianOf(values: readonly number[]): number {
  // A comparator in JavaScript takes five times as long.
  return middleOf(Float64Array.from(values).sort())
}

function middleOf(sorted: Float64Array): number {
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2
}

/** What values usually are: the median, and the median distance from it (MAD). */
export interface Baseline {
  median: number
  mad: number
}

export function baselineOf(values: readonly number[]): Baseline {
  const sorted = Float64Array.from(values).sort()
  const median = middleOf(sorted)
  return { median, mad: middleOf(distancesFrom(median, sorted)) }
}

/** Distances of sorted values from one among or between them, sorted: they grow to both sides of it. */
function distancesFrom(centre: number, sorted: Float64Array): Float64Array {
  const distances = new Float64Array(sorted.length)
  let above = sorted.findIndex(value => value >= centre)
  let below = above - 1
  for (let place = 0; place < sorted.length; place++) {
    const [up, down] = [(sorted[above] ?? Infinity) - centre, centre - (sorted[below] ?? -Infinity)]
    distances[place] = up <= down ? up : down
    if (up <= down) above++
    else below--
  }
  return distances
}

/**
 * The modified z-score of Iglewicz and Hoaglin (How to Detect and Handle Outliers, 1993): 0.6745 × distance from the median /
 * MAD, which for a normal distribution is the distance in standard deviations. They call a value from 3.5 on an outlier. A
 * series that hardly moves has a MAD near zero, so `leastMad` says what is no difference at all.
 */
export function robustDeviation(value: number, { median, mad }: Baseline, leastMad: number): number {
  return (0.6745 * (value - median)) / Math.max(mad, leastMad)
}

/** A line through points that outliers do not bend. */
export interface Trend {
  /** Units per step. */
  slope: number
  /** Kendall's τ, -1 to 1: how surely the values go one way. */
  tau: number
}

/**
 * The Theil–Sen estimator: the median of the slopes between all pairs (Sen, Estimates of the Regression Coefficient Based on
 * Kendall's Tau, 1968). Points lie one step apart.
 */
export function trendOf(values: readonly number[]): Trend {
  const slopes: number[] = []
  let balance = 0
  for (let i = 0; i < values.length; i++) {
    for (let j = i + 1; j < values.length; j++) {
      const rise = values[j]! - values[i]!
      slopes.push(rise / (j - i))
      balance += Math.sign(rise)
    }
  }
  return slopes.length === 0 ? { slope: 0, tau: 0 } : { slope: medianOf(slopes), tau: balance / slopes.length }
}
