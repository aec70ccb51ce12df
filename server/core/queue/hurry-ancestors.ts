import { limits } from '../../contracts/common.ts'
import { findTasksToHurry } from '../graph/critical-path.ts'
import { expectedDurationMs, type LearnedDurations } from '../graph/expected-duration.ts'
import type { Clock } from '../shared/clock.ts'
import type { Logger } from '../shared/logger.ts'
import type { GraphTask } from './dependency-store.ts'
import { type QueuePolicy, rankOf, scoreOf } from './priority.ts'
import type { NewTask, TaskStore } from './task-store.ts'

export interface HurryOptions {
  store: Pick<TaskStore, 'graph' | 'raise'>
  durations: LearnedDurations
  policyOf: (tenantId: string) => QueuePolicy
  clock: Clock
  logger: Logger
}

/**
 * Helps new tasks keep their deadlines: when what they wait for cannot be done in time as expected, those of it that queue are
 * ranked as if they were submitted now with priority 1. Looked at once, when a task with a deadline is accepted, over the
 * nearest 300 tasks of its graph. Never rejects: a task that was accepted stays accepted.
 */
export async function hurryAncestors(options: HurryOptions, accepted: readonly NewTask[]): Promise<void> {
  const seen = new Set<string>()
  for (const task of accepted) {
    if (task.deadline === null || task.dependsOn.length === 0 || seen.has(task.id)) continue
    try {
      const graph = await options.store.graph(task.tenantId, task.id, limits.graphTasks)
      for (const { id } of graph?.tasks ?? []) seen.add(id)
      await raiseLate(options, task.tenantId, graph?.tasks ?? [])
    } catch (error) {
      options.logger.warn({ error, taskId: task.id }, 'what a task with a deadline waits for could not be raised')
    }
  }
}

async function raiseLate(options: HurryOptions, tenantId: string, tasks: readonly GraphTask[]): Promise<void> {
  const now = options.clock.now()
  const policy = options.policyOf(tenantId)
  const byId = new Map(tasks.map(task => [task.id, task]))
  const timed = tasks.map(task => ({ ...task, expectedMs: expectedDurationMs(options.durations, tenantId, task) }))
  const raises = findTasksToHurry(timed, now).flatMap(({ id, boundBy }) => {
    const task = byId.get(id)
    const rank = rankOf(now, scoreOf(policy, task?.type ?? '', 1))
    return task && rank < task.rank ? [{ id, rank, raisedBy: boundBy }] : []
  })
  if (raises.length > 0) await options.store.raise(tenantId, raises)
}
