/** z of a 95 % interval of the normal distribution. */
const z = 1.96

/** Shares, 0 to 1. */
export interface ShareEstimate {
  rate: number
  low: number
  high: number
}

/**
 * What a sample says about everything it was taken from: the share of `hits`, with its 95 % interval after Wilson (1927), which
 * holds for small samples and for shares of 0 and 1 too. Null for an empty sample.
 */
export function estimateShare(size: number, hits: number): ShareEstimate | null {
  if (size === 0) return null
  const rate = hits / size
  const weight = 1 + z ** 2 / size
  const middle = (rate + z ** 2 / (2 * size)) / weight
  const half = (z / weight) * Math.sqrt((rate * (1 - rate)) / size + z ** 2 / (4 * size ** 2))
  return { rate, low: Math.max(0, middle - half), high: Math.min(1, middle + half) }
}
