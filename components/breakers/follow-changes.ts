import type { BreakerView } from '#server/contracts/breakers.ts'
import type { ListChange } from '#server/contracts/common.ts'
import { breakerKey } from './breaker-order.ts'

/** Takes in one change after another; answers all breakers after each. Those that it does not name keep their identity. */
export function createFollower(): (change: ListChange<BreakerView>) => readonly BreakerView[] {
  let breakers: readonly BreakerView[] = []
  return ({ isWhole, items }) => {
    if (isWhole) breakers = items
    else if (items.length > 0) {
      const changed = new Map(items.map(breaker => [breakerKey(breaker), breaker]))
      breakers = breakers.map(breaker => changed.get(breakerKey(breaker)) ?? breaker)
    }
    return breakers
  }
}
