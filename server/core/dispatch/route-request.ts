import type { ClaimedTask } from '../queue/task-store.ts'
import type { RouteRequest } from '../routing/task-router.ts'
import { toMoney } from '../shared/money.ts'

/** What the router is asked for a task that has spent so much, without the modules that failed it. */
export function routeRequest(task: ClaimedTask, spentUsd: number, failedModuleIds: readonly string[]): RouteRequest {
  return {
    tenantId: task.tenantId,
    taskType: task.type,
    pinnedModuleId: task.pinnedModuleId,
    complexity: task.complexity,
    budgetLeftUsd: task.costBudgetUsd === null ? null : toMoney(task.costBudgetUsd - spentUsd),
    failedModuleIds,
  }
}
