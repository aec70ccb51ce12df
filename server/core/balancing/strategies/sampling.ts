import type { Random } from '../../shared/ids.ts'
import type { BalancedInstance } from '../balancing-policy.ts'

/** Draws before a full scan: with half of the instances busy, one in 65,536 choices needs the scan. */
const draws = 16
/** Up to so many others, a probability is computed from all; with more, it is estimated from a few, evenly spaced. */
const surveyedWhole = 16
const surveyedOfMany = 8

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

/** How many of the `others` of an instance are looked at for its probability: all up to 16, else 8. */
export function surveySize(others: number): number {
  return others <= surveyedWhole ? others : surveyedOfMany
}

/**
 * Share of the draws that fall to `index` under `weigh`: its weight over the weights of all that can take a call. Exact up
 * to 17 instances, beyond that estimated from 8 others.
 */
export function drawShare(instances: readonly BalancedInstance[], index: number, weigh: Weighing): number {
  const chosen = instances[index]
  const others = instances.length - 1
  if (!chosen || others <= 0) return 1
  const own = weigh(chosen)
  const looked = surveySize(others)
  const stride = Math.floor(others / looked)
  let sum = 0
  for (let step = 1; step <= looked; step++) {
    const other = instances[(index + step * stride) % instances.length]
    if (other?.canTake()) sum += weigh(other)
  }
  return own / (own + (sum * others) / looked)
}
