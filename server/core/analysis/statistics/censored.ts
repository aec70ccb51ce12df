import { normalAtLeast } from './tails.ts'

/** A log-normal distribution, as fitted. */
export interface CensoredFit {
  /** What is exceeded with this probability. */
  quantile(exceeded: number): number
  /** The probability of more. */
  beyond(value: number): number
}

const rounds = 200
const leastValues = 100

/**
 * The log-normal distribution of values of which those above a limit are only counted (right-censored), by maximum likelihood: the EM
 * algorithm replaces each censored value by the mean of the tail it lies in, and its square likewise (Dempster, Laird & Rubin 1977,
 * § 4.3). Takes logarithms. Null with fewer than 100 values, or more censored than not.
 */
export function fitCensored(logs: readonly number[], logLimit: number, censored: number): CensoredFit | null {
  const known = logs.length
  if (known < leastValues || censored > known) return null
  const sum = logs.reduce((total, value) => total + value, 0)
  const squares = logs.reduce((total, value) => total + value * value, 0)
  let mean = sum / known
  let deviation = Math.sqrt(Math.max(1e-6, squares / known - mean * mean))
  for (let round = 0; round < rounds; round++) {
    const z = (logLimit - mean) / deviation
    const hazard = hazardAt(z)
    const tailMean = mean + deviation * hazard
    const tailSquare = mean * mean + deviation * deviation + deviation * (logLimit + mean) * hazard
    const nextMean = (sum + censored * tailMean) / (known + censored)
    const nextSquare = (squares + censored * tailSquare) / (known + censored)
    const next = Math.sqrt(Math.max(1e-6, nextSquare - nextMean * nextMean))
    const isDone = Math.abs(next - deviation) + Math.abs(nextMean - mean) < 1e-9
    mean = nextMean
    deviation = next
    if (isDone) break
  }
  return {
    quantile: exceeded => Math.exp(mean + deviation * normalQuantileAbove(exceeded)),
    beyond: value => normalAtLeast((Math.log(value) - mean) / deviation),
  }
}

/** Density over tail of the standard normal distribution. */
function hazardAt(z: number): number {
  const tail = normalAtLeast(z)
  return tail < 1e-300 ? z : Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI) / tail
}

/** The point that the standard normal distribution exceeds with this probability, by bisection. */
function normalQuantileAbove(exceeded: number): number {
  let low = -10
  let high = 10
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (normalAtLeast(middle) > exceeded) low = middle
    else high = middle
  }
  return (low + high) / 2
}
