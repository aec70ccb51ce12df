import type { Random } from '../../shared/ids.ts'
import type { BalancedInstance, BalancingChoice, BalancingPolicy } from '../balancing-policy.ts'
import { byRamp, drawIndex, drawShare } from './sampling.ts'

/** Any instance that can take the call, all alike; new ones less often at first. */
export class RandomChoice implements BalancingPolicy {
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  choose(instances: readonly BalancedInstance[]): BalancingChoice | null {
    const index = drawIndex(instances, this.#random, byRamp)
    return index < 0 ? null : { index, probability: drawShare(instances, index, byRamp) }
  }

  confirm(): void {}
}
