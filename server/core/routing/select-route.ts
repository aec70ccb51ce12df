import type { RoutingRule } from '../../contracts/decisions.ts'
import type { ServiceGoal } from '../../contracts/learning.ts'
import type { PoolChoice } from '../balancing/instance-pool.ts'
import { exploreServices, mostExploration } from '../brain/exploration.ts'
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
    /** Of this module. */
    moduleProbability: number
    isExplored: boolean
    rule: RoutingRule
    /** Modules that could take it. */
    options: number
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

/** What a choice depends on beside the request and the plan. */
export interface SelectionContext {
  now: number
  random: Random
  explorationRate: number
  isCostBased: boolean
  /** The module that operators have pinned the type to; null without a pin. */
  typePin: string | null
  /** What modules are ranked by most. */
  goal: ServiceGoal
}

/**
 * Chooses the module by score (or, now and then, another one to learn of it) and its instance by the module's strategy. A module
 * that the type is pinned to comes before the scores. Takes no slot. A task that has failed before under its lease, or is pinned
 * by itself or by its type, is not explored with.
 */
export function selectRoute(request: RouteRequest, plan: RoutePlan, context: SelectionContext): Selection {
  const all = pinnedFirst(plan.rank(context.goal), context.typePin)
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
  const rule = ruleFor(request, context, best)
  const cost = rule !== 'type_pin' && context.isCostBased ? preferCheaper(withRoom, request.complexity) : null
  const mayExplore = context.typePin === null && (rule === 'score' || rule === 'cost')
  const cheapest = cost && withRoom[0]
  const choice = chooseFrom(withRoom, mayExplore ? context.explorationRate : 0, context)
  const chosen = choice && { ...choice, rule, cost: choice.planned === cheapest ? cost : null }
  return {
    request,
    chosen,
    fallbacks: withRoom.filter(planned => planned !== chosen?.planned),
    isFallback: isFallback || (chosen !== null && !chosen.isExplored && !chosen.cost && chosen.planned !== best),
    considered: looked === all.length ? all : all.slice(0, looked),
    all,
  }
}

/** What decides; the best that has room tells whether a pin of the type could be followed. */
function ruleFor(request: RouteRequest, context: SelectionContext, best: PlannedModule | undefined): RoutingRule {
  if (request.pinnedModuleId !== null) return 'task_pin'
  if (request.failedModuleIds.length > 0) return 'fallback'
  if (context.typePin !== null && best?.module.id === context.typePin) return 'type_pin'
  return context.isCostBased ? 'cost' : 'score'
}

/** The modules with the pinned one before all others; the list itself when nothing is pinned. */
function pinnedFirst(ranked: readonly PlannedModule[], typePin: string | null): readonly PlannedModule[] {
  const pinned = typePin === null ? undefined : ranked.find(({ module }) => module.id === typePin)
  return pinned ? [pinned, ...ranked.filter(planned => planned !== pinned)] : ranked
}

/**
 * Removes modules from the list that turn out to have no room after all. Before another than the first is taken, all are looked
 * at again, so that the probability of an explored choice is that among modules which could really be chosen. Whether to explore is
 * drawn once: drawn anew for each module that drops out, it would be rarer than stated.
 */
function chooseFrom(
  withRoom: PlannedModule[],
  explorationRate: number,
  { now, random }: { now: number; random: Random },
): Omit<NonNullable<Selection['chosen']>, 'cost' | 'rule'> | null {
  let draw = random
  for (;;) {
    if (withRoom.length === 0) return null
    const { index, probability } = exploreServices(withRoom.length, explorationRate, draw)
    draw = index > 0 ? () => random() * Math.min(explorationRate, mostExploration) : () => 1
    if (index > 0 && dropFull(withRoom, now)) continue
    const planned = withRoom[index]
    const choice = planned?.pool.choose(now)
    if (planned && choice) {
      return {
        planned,
        choice,
        probability: probability * choice.probability,
        moduleProbability: probability,
        isExplored: index > 0,
        options: withRoom.length,
      }
    }
    withRoom.splice(index, 1)
  }
}

/** Removes what has no room; answers whether there was any. */
function dropFull(withRoom: PlannedModule[], now: number): boolean {
  const able = withRoom.filter(({ pool }) => pool.choose(now) !== null)
  if (able.length === withRoom.length) return false
  withRoom.splice(0, withRoom.length, ...able)
  return true
}
