import type { Random } from '../../shared/ids.ts'
import type { BalancedInstance, BalancingChoice, BalancingPolicy } from '../balancing-policy.ts'

/**
 * The instance that would be the least loaded with this call: the lowest (in flight + 1) / (capacity × ramp). Looks at
 * every instance; among equals, each is as likely.
 */
export class LeastLoaded implements BalancingPolicy {
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  choose(instances: readonly BalancedInstance[]): BalancingChoice | null {
    let chosen = -1
    let least = Number.POSITIVE_INFINITY
    let equals = 0
    for (let index = 0; index < instances.length; index++) {
      const instance = instances[index]
      if (!instance?.canTake()) continue
      const load = (instance.inFlight + 1) / (instance.capacity * instance.ramp)
      if (load > least) continue
      equals = load < least ? 1 : equals + 1
      least = load
      if (equals === 1 || this.#random() * equals < 1) chosen = index
    }
    return chosen < 0 ? null : { index: chosen, probability: 1 / equals }
  }

  confirm(): void {}
}
