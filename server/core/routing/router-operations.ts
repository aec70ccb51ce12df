import { type BalancerStatsSources, readBalancerStats } from '../balancing/balancer-stats.ts'
import type { RouterOperations } from '../operations.ts'
import { noResources } from '../queue/resources.ts'
import type { ModuleCatalog } from '../registry/module-record.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import type { TaskRouter } from './task-router.ts'

export interface RouterOperationsSources extends BalancerStatsSources {
  router: TaskRouter
  catalog: Pick<ModuleCatalog, 'list' | 'get'>
}

/**
 * Makes what the API offers of routing and balancing. `preview` throws TASK_TYPE_UNKNOWN, MODULE_NOT_FOUND or
 * MODULE_CANNOT_RUN_TYPE; a type that nothing can take now is no error but a decision without a module.
 */
export function createRouterOperations(sources: RouterOperationsSources): Omit<RouterOperations, 'route' | 'report'> {
  return {
    preview(tenantId, { taskType, moduleId, resources, complexity = 1, budgetLeftUsd = null }) {
      if (moduleId !== undefined) requireCapableModule(sources, tenantId, taskType, moduleId)
      else requireKnownType(sources, tenantId, taskType)
      return sources.router.preview({
        tenantId,
        taskType,
        pinnedModuleId: moduleId ?? null,
        complexity,
        resources: resources ?? noResources,
        budgetLeftUsd,
        failedModuleIds: [],
      })
    },
    stats: tenantId => sources.router.stats(tenantId),
    balancerStats: tenantId => readBalancerStats(tenantId, sources),
  }
}

function requireKnownType({ router }: RouterOperationsSources, tenantId: string, taskType: string): void {
  if (router.knowsType(tenantId, taskType)) return
  throw new QuarterdeckError('TASK_TYPE_UNKNOWN', {
    message: `No module has the capability ${taskType}.`,
    action: 'Register a module with this capability, or use one of the types that modules.list shows.',
  })
}

function requireCapableModule(
  { catalog }: RouterOperationsSources,
  tenantId: string,
  taskType: string,
  moduleId: string,
): void {
  const module = catalog.get(tenantId, moduleId)
  if (!module) {
    throw new QuarterdeckError('MODULE_NOT_FOUND', {
      message: `There is no module ${moduleId}.`,
      action: 'Use an id that modules.list shows.',
    })
  }
  if (module.capabilities.some(({ type }) => type === taskType)) return
  throw new QuarterdeckError('MODULE_CANNOT_RUN_TYPE', {
    message: `Module ${moduleId} does not have the capability ${taskType}.`,
    action: 'Choose a module that has it, or leave the module open.',
    details: { capabilities: module.capabilities.map(({ type }) => type) },
  })
}
