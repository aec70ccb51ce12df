/** z of a 95 % interval of the normal distribution. */
const z = 1.96

/** Shares of success, 0 to 1. */
export interface TrialEstimate {
  rate: number
  low: number
  high: number
}

/**
 * What the sample says about the rest: the share that succeeded, with its 95 % interval after Wilson (1927), which holds for
 * small samples and for shares of 0 and 1 too. Null before anything has ended.
 */
export function estimateSuccess(ended: number, succeeded: number): TrialEstimate | null {
  if (ended === 0) return null
  const rate = succeeded / ended
  const weight = 1 + z ** 2 / ended
  const middle = (rate + z ** 2 / (2 * ended)) / weight
  const half = (z / weight) * Math.sqrt((rate * (1 - rate)) / ended + z ** 2 / (4 * ended ** 2))
  return { rate, low: Math.max(0, middle - half), high: Math.min(1, middle + half) }
}
