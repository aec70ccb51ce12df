import type { Random } from '../../shared/ids.ts'
import type { BalancedInstance, BalancingChoice, BalancingPolicy } from '../balancing-policy.ts'
import { drawIndex, evenly, surveySize } from './sampling.ts'

/** Answering times within this factor of each other are alike: noise must not herd all calls to one instance. */
const alikeWithin = 1.2
/** No instance counts as failing more than this, so that costs stay finite. */
const mostFailing = 0.95

/**
 * The better of two instances drawn at random (Mitzenmacher 1996), by expected time per successful call:
 * (in flight + 1) / capacity × latency / (1 - share of failures); equals are decided by a coin. Latency counts only when both
 * are known, and answering times within 20 % of each other count as the same. A newer instance that wins gives way with
 * the part of its ramp it still lacks.
 */
export class PowerOfTwo implements BalancingPolicy {
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  choose(instances: readonly BalancedInstance[]): BalancingChoice | null {
    const first = drawIndex(instances, this.#random, evenly)
    const one = instances[first]
    if (!one) return null
    const second = instances.length === 1 ? -1 : drawIndex(instances, this.#random, evenly, first)
    const other = instances[second]
    if (!other) return { index: first, probability: 1 }
    const takes = takingShare(one, other)
    const index = takes >= 1 || this.#random() < takes ? first : second
    return { index, probability: probabilityOf(instances, index) }
  }

  confirm(): void {}
}

/** Probability that of the two, the first is taken. */
function takingShare(one: BalancedInstance, other: BalancedInstance): number {
  const wins = winningShare(one, other)
  if (one.ramp === other.ramp) return wins
  const keeps = Math.min(1, one.ramp / other.ramp)
  const yields = 1 - Math.min(1, other.ramp / one.ramp)
  return wins * keeps + (1 - wins) * yields
}

/** 1 when the first is better, 0 when the other is, one half when they are equal. */
function winningShare(one: BalancedInstance, other: BalancedInstance): number {
  const slowness = relativeSlowness(one, other)
  const isAlike = slowness < alikeWithin && slowness * alikeWithin > 1
  const load = ((one.inFlight + 1) / one.capacity) * (isAlike ? 1 : slowness)
  const otherLoad = (other.inFlight + 1) / other.capacity
  if (load === otherLoad) return 0.5
  return load < otherLoad ? 1 : 0
}

/** How many times as long as the other the first takes per successful call. */
function relativeSlowness(one: BalancedInstance, other: BalancedInstance): number {
  const retries = successShare(other) / successShare(one)
  const latency = one.latencyMs
  const otherLatency = other.latencyMs
  if (latency === null || otherLatency === null) return retries
  return (retries * Math.max(latency, 1)) / Math.max(otherLatency, 1)
}

function successShare(instance: BalancedInstance): number {
  return 1 - Math.min(mostFailing, instance.failureShare)
}

/**
 * Over all pairs it could have been drawn in: 2 / (m (m - 1)) × sum of the shares with which it is taken, m instances being
 * able to take the call. Exact up to 17 instances, beyond that estimated from 8 others.
 */
function probabilityOf(instances: readonly BalancedInstance[], index: number): number {
  const chosen = instances[index]
  const others = instances.length - 1
  const looked = surveySize(others)
  const stride = Math.floor(others / looked)
  let rivals = 0
  let taken = 0
  for (let step = 1, place = index; step <= looked; step++) {
    place += stride
    if (place >= instances.length) place -= instances.length
    const other = instances[place]
    if (!chosen || !other?.canTake()) continue
    rivals += 1
    taken += takingShare(chosen, other)
  }
  if (rivals === 0) return 1
  const scale = others / looked
  return (2 * taken * scale) / ((rivals * scale + 1) * rivals * scale)
}
