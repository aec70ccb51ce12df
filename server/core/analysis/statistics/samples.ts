import { studentQuantile } from '../../shared/student.ts'
import { normalAtLeast, studentAtLeast } from './tails.ts'

export function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}

/** The nearest-rank quantile of sorted values; 0 for none. */
export function quantileOf(sorted: readonly number[], fraction: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(fraction * sorted.length) - 1))] ?? 0
}

export function sortedOf(values: Iterable<number>): number[] {
  return [...values].sort((a, b) => a - b)
}

/** A mean with its 95 % interval, and the chance of one so much above `atMost` when it is that. */
export interface MeanEstimate {
  mean: number
  low: number
  high: number
  size: number
  pAbove: number
}

/** By Student's t; null with fewer than four values. Values that are all the same get no interval of no width: a hundredth. */
export function estimateMean(values: readonly number[], atMost: number): MeanEstimate | null {
  const size = values.length
  if (size < 4) return null
  const mean = meanOf(values)
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (size - 1)
  const error = Math.max(Math.sqrt(variance / size), 0.01 * Math.abs(mean), 1e-9)
  const reach = studentQuantile(size - 1) * error
  return {
    mean,
    low: mean - reach,
    high: mean + reach,
    size,
    pAbove: studentAtLeast((mean - atMost) / error, size - 1),
  }
}

/** The 95 % interval of a difference of two shares, one - other (Newcombe 1998, method 10: from Wilson's intervals). */
export function shareDifference(
  one: { rate: number; low: number; high: number },
  other: { rate: number; low: number; high: number },
): { difference: number; low: number; high: number } {
  const difference = one.rate - other.rate
  return {
    difference,
    low: difference - Math.hypot(one.rate - one.low, other.high - other.rate),
    high: difference + Math.hypot(one.high - one.rate, other.rate - other.low),
  }
}

/** Hits of so many. */
export interface Share {
  hits: number
  size: number
}

/**
 * The chance that a difference of two shares, one - other, as large as seen comes about when it is `atMost`: by the normal
 * approximation with a half hit added on each side of both (Agresti & Caffo, 2000), so that shares of 0 and 1 have a variance too.
 */
export function pOfShareAbove(one: Share, other: Share, atMost: number): number {
  const [first, second] = [one, other].map(({ hits, size }) => ({ rate: (hits + 1) / (size + 2), size: size + 2 }))
  if (!first || !second) return 1
  const variance = (share: Share['size'], rate: number) => (rate * (1 - rate)) / share
  const error = Math.sqrt(variance(first.size, first.rate) + variance(second.size, second.rate))
  return normalAtLeast((first.rate - second.rate - atMost) / error)
}

/** A difference of two means, one - other, with its 95 % interval and the chance of one so far below `atLeast` when it is that (Welch). */
export function compareMeans(
  one: readonly number[],
  other: readonly number[],
  atLeast: number,
): { difference: number; low: number; high: number; pBelow: number } | null {
  if (one.length < 4 || other.length < 4) return null
  const parts = [one, other].map(values => {
    const mean = meanOf(values)
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
    return { mean, squaredError: Math.max(variance / values.length, 1e-9), degrees: values.length - 1 }
  })
  const [first, second] = parts
  if (!first || !second) return null
  const squared = first.squaredError + second.squaredError
  const degrees = squared ** 2 / (first.squaredError ** 2 / first.degrees + second.squaredError ** 2 / second.degrees)
  const difference = first.mean - second.mean
  const error = Math.sqrt(squared)
  const reach = studentQuantile(Math.max(3, degrees)) * error
  return {
    difference,
    low: difference - reach,
    high: difference + reach,
    pBelow: studentAtLeast((atLeast - difference) / error, degrees),
  }
}
