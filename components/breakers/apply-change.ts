import type { BreakerView } from '#server/contracts/breakers.ts'
import type { ListChange } from '#server/contracts/common.ts'
import { breakerKey } from './breaker-order.ts'

/** The breakers after a change; those that it does not name keep their identity. */
export function applyChange(breakers: readonly BreakerView[], change: ListChange<BreakerView>): readonly BreakerView[] {
  if (change.isWhole) return change.items
  if (change.items.length === 0) return breakers
  const changed = new Map(change.items.map(breaker => [breakerKey(breaker), breaker]))
  return breakers.map(breaker => changed.get(breakerKey(breaker)) ?? breaker)
}
