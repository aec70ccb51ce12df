import type { ExclusionCode } from '../../contracts/decisions.ts'
import { expectedCostUsd } from '../brain/task-cost.ts'
import { isEnough } from '../queue/resources.ts'
import type { PlannedModule } from './route-plan.ts'
import type { RouteRequest } from './task-router.ts'

/** Each exclusion in words that follow "skipped:". */
const texts: Record<ExclusionCode, string> = {
  module_disabled: 'disabled',
  module_paused: 'paused',
  module_unhealthy: 'unhealthy',
  instance_unhealthy: 'unhealthy',
  instance_full: 'full',
  instance_draining: 'out of rotation',
  version_held_back: 'its version has had its share',
  breaker_open: 'breaker open',
  pinned_elsewhere: 'the task is pinned to another module',
  insufficient_resources: 'offers too few resources',
  over_budget: 'would exceed the budget of the task',
  module_limited: 'at its concurrency limit',
  already_failed: 'already failed this task',
  no_instance: 'no instance',
}

/** Why a whole module is out of the question for a request, whatever its instances do; null when it is not. */
export function moduleExclusion(planned: PlannedModule, request: RouteRequest): ExclusionCode | null {
  const { module } = planned
  if (!module.enabled) return 'module_disabled'
  if (planned.isPaused) return 'module_paused'
  if (request.pinnedModuleId !== null && request.pinnedModuleId !== module.id) return 'pinned_elsewhere'
  if (!isEnough(module.resources, request.resources)) return 'insufficient_resources'
  if (isBeyondBudget(planned, request)) return 'over_budget'
  if (request.failedModuleIds.includes(module.id)) return 'already_failed'
  return module.instances.length === 0 ? 'no_instance' : null
}

/**
 * Whether a request can be served by no enabled module for its cost alone. A module that failed under this lease counts:
 * it may be tried again later.
 */
export function isOverBudget(all: readonly PlannedModule[], request: RouteRequest): boolean {
  if (request.budgetLeftUsd === null) return false
  const able = all.filter(
    ({ module }) =>
      module.enabled &&
      (request.pinnedModuleId === null || request.pinnedModuleId === module.id) &&
      isEnough(module.resources, request.resources),
  )
  return able.length > 0 && able.every(planned => isBeyondBudget(planned, request))
}

function isBeyondBudget({ evidence, costPerHourUsd }: PlannedModule, request: RouteRequest): boolean {
  if (request.budgetLeftUsd === null) return false
  return expectedCostUsd(costPerHourUsd, evidence.meanMs, request.complexity) > request.budgetLeftUsd
}

/** Why nothing of a module can be chosen, in words: `breaker open`, or `2 full, 1 unhealthy` when its instances differ. */
export function describeExclusion(planned: PlannedModule, request: RouteRequest): string {
  const code = moduleExclusion(planned, request)
  if (code !== null) return texts[code]
  const counts = new Map<string, number>()
  for (const member of planned.pool.members) {
    const excluded = planned.pool.exclusionOf(member)
    if (excluded !== null) counts.set(texts[excluded], (counts.get(texts[excluded]) ?? 0) + 1)
  }
  if (counts.size === 1) return [...counts.keys()].join()
  return [...counts].map(([text, count]) => `${count} ${text}`).join(', ')
}
