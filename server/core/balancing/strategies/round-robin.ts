import type { Random } from '../../shared/ids.ts'
import type { BalancedInstance, BalancingChoice, BalancingPolicy } from '../balancing-policy.ts'
import { byRamp, drawShare } from './sampling.ts'

/**
 * One after the other, whatever their capacity. A new instance uses only a part of its turns at first. The probability is
 * that of a turn in a cycle (systematic sampling): which instance is next does not depend on the task.
 */
export class RoundRobin implements BalancingPolicy {
  readonly #random: Random
  #next = 0

  constructor(random: Random) {
    this.#random = random
  }

  choose(instances: readonly BalancedInstance[]): BalancingChoice | null {
    const index = this.#nextIndex(instances)
    return index < 0 ? null : { index, probability: drawShare(instances, index, byRamp) }
  }

  confirm(_instances: readonly BalancedInstance[], index: number): void {
    this.#next = index + 1
  }

  #nextIndex(instances: readonly BalancedInstance[]): number {
    let passedOver = -1
    for (let step = 0; step < instances.length; step++) {
      const index = (this.#next + step) % instances.length
      const instance = instances[index]
      if (!instance?.canTake()) continue
      if (instance.ramp >= 1 || this.#random() < instance.ramp) return index
      if (passedOver < 0) passedOver = index
    }
    return passedOver
  }
}
