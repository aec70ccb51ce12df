import type { Random } from '../../shared/ids.ts'
import type { BalancedInstance } from '../balancing-policy.ts'

/** Draws before a full scan: with half of the instances busy, one in 65,536 choices needs the scan. */
const draws = 16
/** Instances looked at when a probability is computed; with more, it is estimated from as many, evenly spaced. */
export const surveySize = 16

/** How likely an instance is drawn relative to others, 0-1. */
export type Weighing = (instance: BalancedInstance) => number

export const evenly: Weighing = () => 1
export const byRamp: Weighing = instance => instance.ramp

/**
 * Draws one instance that can take a call, with probability proportional to its weight, never the one at `except` (-1 for
 * any). Rejection sampling, so the usual cost does not depend on how many there are; -1 when there is none.
 */
export function drawIndex(
  instances: readonly BalancedInstance[],
  random: Random,
  weigh: Weighing,
  except = -1,
): number {
  for (let draw = 0; draw < draws; draw++) {
    const index = Math.floor(random() * instances.length)
    const instance = instances[index]
    if (!instance || index === except || !instance.canTake()) continue
    const weight = weigh(instance)
    if (weight >= 1 || random() < weight) return index
  }
  return scanIndex(instances, random, weigh, except)
}

function scanIndex(instances: readonly BalancedInstance[], random: Random, weigh: Weighing, except: number): number {
  let total = 0
  let chosen = -1
  for (let index = 0; index < instances.length; index++) {
    const instance = instances[index]
    if (!instance || index === except || !instance.canTake()) continue
    const weight = weigh(instance)
    total += weight
    if (random() * total < weight) chosen = index
  }
  return chosen
}

/** The distance between instances looked at in a survey that starts behind one of `size`. */
export function surveyStride(size: number): number {
  return Math.max(1, Math.floor((size - 1) / surveySize))
}

/**
 * Share of the draws that fall to `index` under `weigh`: its weight over the weights of all that can take a call. Exact up
 * to 17 instances, beyond that estimated from 16 others.
 */
export function drawShare(instances: readonly BalancedInstance[], index: number, weigh: Weighing): number {
  const own = weighAt(instances, index, weigh)
  const others = instances.length - 1
  const looked = Math.min(others, surveySize)
  if (looked <= 0) return 1
  const stride = surveyStride(instances.length)
  let sum = 0
  for (let step = 1; step <= looked; step++) {
    const other = instances[(index + step * stride) % instances.length]
    if (other?.canTake()) sum += weigh(other)
  }
  return own / (own + (sum * others) / looked)
}

function weighAt(instances: readonly BalancedInstance[], index: number, weigh: Weighing): number {
  const instance = instances[index]
  return instance ? weigh(instance) : 0
}
