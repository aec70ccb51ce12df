import type { BalancedInstance, BalancingChoice, BalancingPolicy } from '../balancing-policy.ts'

/**
 * Smooth weighted round robin, as nginx does it: every turn each instance gains its weight × ramp as credit, and the one
 * with the most serves and pays the sum of all. Shares follow the weights exactly, without runs of one instance. The
 * probability is its share of a cycle (systematic sampling).
 */
export class Weighted implements BalancingPolicy {
  choose(instances: readonly BalancedInstance[]): BalancingChoice | null {
    let chosen = -1
    let most = Number.NEGATIVE_INFINITY
    let total = 0
    let chosenGain = 0
    for (let index = 0; index < instances.length; index++) {
      const instance = instances[index]
      if (!instance?.canTake()) continue
      const gain = instance.weight * instance.ramp
      total += gain
      if (instance.turnCredit + gain <= most) continue
      most = instance.turnCredit + gain
      chosen = index
      chosenGain = gain
    }
    return chosen < 0 ? null : { index: chosen, probability: chosenGain / total }
  }

  confirm(instances: readonly BalancedInstance[], index: number): void {
    let total = 0
    for (const instance of instances) {
      if (!instance.canTake()) continue
      const gain = instance.weight * instance.ramp
      instance.turnCredit += gain
      total += gain
    }
    const chosen = instances[index]
    if (chosen) chosen.turnCredit -= total
  }
}
