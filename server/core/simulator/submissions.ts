import { needsResources } from '../../contracts/resources.ts'
import type { SubmitTask } from '../../contracts/tasks.ts'
import type { ConfigurationSnapshot } from '../changes/configuration-snapshot.ts'
import { priorityOf } from '../queue/priority.ts'
import { limitsOf } from '../queue/task-limits.ts'
import type { RecordedTask } from './recorded-history.ts'

/**
 * Recorded tasks as they were submitted. What a task was given is kept, but not whether its submission named it: where it is
 * what the recorded configuration gives by default it is left out, so that another configuration decides anew.
 */
export function submissionsUnder(recordedUnder: ConfigurationSnapshot): (task: RecordedTask) => SubmitTask {
  const { tenantId, policy, modules } = recordedUnder
  const catalog = {
    capableOf: (_tenantId: string, type: string) =>
      modules.filter(({ capabilities }) => capabilities.some(capability => capability.type === type)),
  }
  const defaults = new Map<string, ReturnType<typeof limitsOf>>()
  const defaultsOf = (type: string, moduleId: string | undefined) => {
    const key = `${type} ${moduleId ?? ''}`
    const known = defaults.get(key) ?? limitsOf(catalog, policy, tenantId, { type, moduleId, payload: null })
    defaults.set(key, known)
    return known
  }
  return task => {
    const usual = defaultsOf(task.type, task.pinnedModuleId ?? undefined)
    return {
      type: task.type,
      payload: null,
      ...(task.priority !== priorityOf(policy, task.type, undefined) && { priority: task.priority }),
      ...(task.pinnedModuleId !== null && { moduleId: task.pinnedModuleId }),
      ...(task.runAt !== null && { runAt: new Date(task.runAt).toISOString() }),
      ...(task.deadline !== null && { deadline: new Date(task.deadline).toISOString() }),
      ...(task.timeoutMs !== usual.timeoutMs && { timeoutMs: task.timeoutMs }),
      ...(task.totalTimeoutMs !== null &&
        task.totalTimeoutMs !== usual.totalTimeoutMs && { totalTimeoutMs: task.totalTimeoutMs }),
      ...(task.maxAttempts !== usual.maxAttempts && { maxAttempts: task.maxAttempts }),
      ...(needsResources(task.resources) && { resources: task.resources }),
      ...(task.complexity !== 1 && { estimatedComplexity: task.complexity }),
      ...(task.costBudgetUsd !== null && { costBudgetUsd: task.costBudgetUsd }),
    }
  }
}
