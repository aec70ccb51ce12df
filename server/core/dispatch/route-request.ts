import type { LaneDirectory } from '../queue/lane-directory.ts'
import { noResources } from '../queue/resources.ts'
import type { ClaimedTask } from '../queue/task-store.ts'
import type { RouteRequest } from '../routing/task-router.ts'
import { toMoney } from '../shared/money.ts'

/** What the router is asked for a task that has spent so much, without the modules that failed it. */
export function routeRequest(
  task: ClaimedTask,
  lanes: Pick<LaneDirectory, 'get'>,
  { spentUsd, failedModuleIds }: { spentUsd: number; failedModuleIds: readonly string[] },
): RouteRequest {
  return {
    tenantId: task.tenantId,
    taskType: task.type,
    pinnedModuleId: task.pinnedModuleId,
    complexity: task.complexity,
    resources: lanes.get(task.laneId)?.resources ?? noResources,
    budgetLeftUsd: task.costBudgetUsd === null ? null : toMoney(task.costBudgetUsd - spentUsd),
    failedModuleIds,
  }
}
