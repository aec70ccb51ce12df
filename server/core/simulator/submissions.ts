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
    const { totalTimeoutMs, resources } = task
    const input: SubmitTask = { type: task.type, payload: null }
    if (task.priority !== priorityOf(policy, task.type, undefined)) input.priority = task.priority
    if (task.pinnedModuleId !== null) input.moduleId = task.pinnedModuleId
    if (task.runAt !== null) input.runAt = new Date(task.runAt).toISOString()
    if (task.deadline !== null) input.deadline = new Date(task.deadline).toISOString()
    if (task.timeoutMs !== usual.timeoutMs) input.timeoutMs = task.timeoutMs
    if (totalTimeoutMs !== null && totalTimeoutMs !== usual.totalTimeoutMs) input.totalTimeoutMs = totalTimeoutMs
    if (task.maxAttempts !== usual.maxAttempts) input.maxAttempts = task.maxAttempts
    if (needsResources(resources)) input.resources = resources
    if (task.complexity !== 1) input.estimatedComplexity = task.complexity
    if (task.costBudgetUsd !== null) input.costBudgetUsd = task.costBudgetUsd
    return input
  }
}
