import type { PoolChoice } from '../balancing/instance-pool.ts'
import { exploreServices } from '../brain/exploration.ts'
import type { Random } from '../shared/ids.ts'
import { moduleExclusion } from './exclusions.ts'
import { type CostChoice, preferCheaper } from './prefer-cheaper.ts'
import type { PlannedModule, RoutePlan } from './route-plan.ts'
import type { RouteRequest } from './task-router.ts'

/** Modules beside the best that are looked at for fallbacks and exploration. */
const mostFallbacks = 8

/** A choice with all that it stood on; valid until anything else happens. */
export interface Selection {
  request: RouteRequest
  chosen: {
    planned: PlannedModule
    choice: PoolChoice
    /** Of this module times of this instance within it. */
    probability: number
    isExplored: boolean
    /** Set when it was chosen for its price. */
    cost: CostChoice | null
  } | null
  /** Other modules that could take it, best first. */
  fallbacks: readonly PlannedModule[]
  /** Whether the best service had failed the task or could take nothing. */
  isFallback: boolean
  /** Modules that were looked at, best first. */
  considered: readonly PlannedModule[]
  /** All modules that have the capability. */
  all: readonly PlannedModule[]
}

/**
 * Chooses the module by score (or, now and then, another one to learn of it) and its instance by the module's strategy.
 * Takes no slot. A task that has failed before under its lease, or is pinned, is not explored with.
 */
export function selectRoute(
  request: RouteRequest,
  plan: RoutePlan,
  context: { now: number; random: Random; explorationRate: number; isCostBased: boolean },
): Selection {
  const all = plan.rank()
  const withRoom: PlannedModule[] = []
  let isFallback = request.failedModuleIds.length > 0
  let looked = 0
  for (const planned of all) {
    if (withRoom.length > mostFallbacks) break
    looked += 1
    if (moduleExclusion(planned, request) !== null) continue
    planned.pool.refresh(context.now, plan.maxLookAgeMs)
    if (planned.pool.hasRoom()) withRoom.push(planned)
    else if (withRoom.length === 0) isFallback = true
  }
  const best = withRoom[0]
  const cost = context.isCostBased && withRoom.length > 1 ? preferCheaper(withRoom, request.complexity) : null
  const mayExplore = request.failedModuleIds.length === 0 && request.pinnedModuleId === null
  const cheapest = cost && withRoom[0]
  const choice = chooseFrom(withRoom, mayExplore ? context.explorationRate : 0, context)
  const chosen = choice && { ...choice, cost: choice.planned === cheapest ? cost : null }
  return {
    request,
    chosen,
    fallbacks: withRoom.filter(planned => planned !== chosen?.planned),
    isFallback: isFallback || (chosen !== null && !chosen.isExplored && !chosen.cost && chosen.planned !== best),
    considered: looked === all.length ? all : all.slice(0, looked),
    all,
  }
}

/** Removes modules from the list that turn out to have no room after all. */
function chooseFrom(
  withRoom: PlannedModule[],
  explorationRate: number,
  { now, random }: { now: number; random: Random },
): Omit<NonNullable<Selection['chosen']>, 'cost'> | null {
  for (;;) {
    if (withRoom.length === 0) return null
    const { index, probability } = exploreServices(withRoom.length, explorationRate, random)
    const planned = withRoom[index]
    const choice = planned?.pool.choose(now)
    if (planned && choice) {
      return { planned, choice, probability: probability * choice.probability, isExplored: index > 0 }
    }
    withRoom.splice(index, 1)
  }
}
