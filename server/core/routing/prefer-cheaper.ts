import { isSignificantlyWorse } from '../brain/cost-choice.ts'
import { expectedSeconds, rankingCost } from '../brain/task-cost.ts'
import type { PlannedModule } from './route-plan.ts'

/** A service that was preferred for its price, and what the best by score would have cost instead. */
export interface CostChoice {
  costUsd: number
  insteadOf: PlannedModule
  insteadUsd: number
}

/**
 * Moves the cheapest service to the front of the list among those whose success is not significantly worse than that of the
 * best by score, which stands first; the others keep their order. Null when the best stays first.
 */
export function preferCheaper(withRoom: PlannedModule[], complexity: number): CostChoice | null {
  const best = withRoom[0]
  if (!best) return null
  const bestCost = costOf(best, complexity)
  let place = 0
  let costUsd = bestCost
  for (const [index, planned] of withRoom.entries()) {
    const cost = costOf(planned, complexity)
    if (cost >= costUsd || isSignificantlyWorse(planned.evidence, best.evidence)) continue
    place = index
    costUsd = cost
  }
  if (place === 0) return null
  withRoom.unshift(...withRoom.splice(place, 1))
  return { costUsd, insteadOf: best, insteadUsd: bestCost }
}

function costOf({ costPerHourUsd, evidence, pool }: PlannedModule, complexity: number): number {
  const { capacity } = pool
  const utilization = capacity === 0 ? 0 : Math.min(1, pool.inFlight / capacity)
  return rankingCost(costPerHourUsd, expectedSeconds(evidence.meanMs, complexity), utilization)
}
