import type { DecisionView } from '../../contracts/decisions.ts'
import type { RoutingStats } from '../../contracts/stats.ts'
import { InstancePool, type PoolResources } from '../balancing/instance-pool.ts'
import type { ServiceWishes } from '../brain/choice-policy.ts'
import type { ExplorationPolicy } from '../brain/exploration.ts'
import type { ServiceRecords } from '../brain/service-records.ts'
import type { LanePurpose } from '../queue/lane.ts'
import type { ModulePauses } from '../queue/pause-board.ts'
import { isEnough, noResources } from '../queue/resources.ts'
import type { ModuleCatalog, ModuleRecord } from '../registry/module-record.ts'
import { describeDecision, notDescribed } from './describe-decision.ts'
import { isOverBudget } from './exclusions.ts'
import { RoutePlan } from './route-plan.ts'
import { RoutingCounters } from './routing-counters.ts'
import { type Selection, selectRoute } from './select-route.ts'
import type { RouteRequest, RouteResult, TaskRouter } from './task-router.ts'

export interface RouterResources extends PoolResources {
  catalog: Pick<ModuleCatalog, 'capableOf'>
  records: Pick<ServiceRecords, 'of'>
  exploration: ExplorationPolicy
  wishes: ServiceWishes
  /** Whether services are chosen by cost among those that are as good. */
  isCostBased: () => boolean
  pauses: ModulePauses
  /** Whether decisions are described, to be kept; true when not given. */
  keepsDecisions?: boolean
}

/** Makes the router of one replica. Nothing to start or stop; its counters begin at zero. */
export function createTaskRouter(resources: RouterResources): TaskRouter {
  return new FleetRouter(resources)
}

/**
 * Routes by the registry's current records. Plans and pools hang on those records, which are immutable and replaced by every
 * change: so nothing here is ever invalidated, and what belongs to an old record goes with it.
 */
class FleetRouter implements TaskRouter {
  readonly #resources: RouterResources
  readonly #plans = new WeakMap<readonly ModuleRecord[], RoutePlan>()
  readonly #pools = new WeakMap<ModuleRecord, InstancePool>()
  readonly #counters = new RoutingCounters()

  constructor(resources: RouterResources) {
    this.#resources = resources
  }

  route(request: RouteRequest): RouteResult {
    const selection = this.#select(request)
    const decision = this.#resources.keepsDecisions === false ? notDescribed : describeDecision(selection)
    const { chosen } = selection
    if (!chosen) {
      this.#counters.countUnroutable(request)
      if (request.isOutside) noteMissed(selection)
      return { kind: 'unroutable', decision, isOverBudget: isOverBudget(selection.all, request) }
    }
    const { module, pool } = chosen.planned
    const slot = pool.take(chosen.choice, request.isOutside)
    this.#counters.countRoute(request, module.id, selection.isFallback)
    return { kind: 'routed', module, instance: chosen.choice.member.instance, slot, decision }
  }

  preview(request: RouteRequest): DecisionView {
    return describeDecision(this.#select(request))
  }

  freeSlots({ tenantId, taskType, pinnedModuleId = null, resources = noResources }: LanePurpose): number {
    const plan = this.#planOf(tenantId, taskType)
    const now = this.#resources.clock.now()
    let free = 0
    for (const { module, pool, isPaused } of plan.enabled) {
      if (isPaused || (pinnedModuleId !== null && module.id !== pinnedModuleId)) continue
      if (!isEnough(module.resources, resources)) continue
      pool.refresh(now, plan.maxLookAgeMs)
      free += pool.freeSlots()
    }
    return free
  }

  order(tenantId: string, taskType: string): string[] {
    const plan = this.#planOf(tenantId, taskType)
    plan.rank(this.#resources.wishes.goalOf(tenantId, taskType))
    return plan.enabled.map(({ module }) => module.id)
  }

  knowsType(tenantId: string, taskType: string): boolean {
    return this.#resources.catalog.capableOf(tenantId, taskType).length > 0
  }

  stats(tenantId: string): RoutingStats {
    return this.#counters.read(tenantId)
  }

  #select(request: RouteRequest): Selection {
    const { clock, random, exploration, wishes, isCostBased } = this.#resources
    return selectRoute(request, this.#planOf(request.tenantId, request.taskType), {
      now: clock.now(),
      random,
      explorationRate: exploration.rate(request.tenantId),
      isCostBased: isCostBased(),
      typePin: wishes.pinOf(request.tenantId, request.taskType),
      goal: wishes.goalOf(request.tenantId, request.taskType),
    })
  }

  #planOf(tenantId: string, taskType: string): RoutePlan {
    const modules = this.#resources.catalog.capableOf(tenantId, taskType)
    const known = this.#plans.get(modules)
    if (known?.taskType === taskType) return known
    const plan = new RoutePlan(taskType, modules, {
      poolOf: module => this.#poolOf(module),
      recordOf: key => this.#resources.records.of(key),
      pauses: this.#resources.pauses,
    })
    this.#plans.set(modules, plan)
    return plan
  }

  #poolOf(module: ModuleRecord): InstancePool {
    let pool = this.#pools.get(module)
    if (!pool) {
      pool = new InstancePool(module, this.#resources)
      this.#pools.set(module, pool)
    }
    return pool
  }
}

/** Has a larger share asked for, where the share was what was missing. */
function noteMissed({ considered }: Selection): void {
  for (const { module, pool } of considered) if (module.enabled) for (const member of pool.members) member.noteMissed()
}
