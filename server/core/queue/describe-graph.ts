import type { TaskGraph } from '../../contracts/tasks.ts'
import { timeTasks } from '../graph/critical-path.ts'
import { expectedDurationMs, type LearnedDurations } from '../graph/expected-duration.ts'
import type { GraphTask } from './dependency-store.ts'
import { isEnded } from './task-state.ts'

/**
 * The graph of a task for people: who waits for whom, how long each is expected to take, and what the end hinges on; without the last
 * when `now` is null.
 */
export function describeGraph(
  tenantId: string,
  { tasks, isCut }: { tasks: readonly GraphTask[]; isCut: boolean },
  durations: LearnedDurations,
  now: number | null,
): TaskGraph {
  const timed = tasks.map(task => ({ ...task, expectedMs: expectedDurationMs(durations, tenantId, task) }))
  const timings = now === null ? null : timeTasks(timed, now)
  const shown = new Set(tasks.map(task => task.id))
  return {
    nodes: timed.map(({ id, type, status, priority, expectedMs }) => {
      const timing = timings?.get(id)
      return {
        id,
        type,
        status,
        priority,
        expectedMs,
        slackMs: timing && !isEnded(status) ? Math.round(timing.slackMs) : null,
        isCritical: timing?.isCritical ?? false,
      }
    }),
    edges: tasks.flatMap(({ id, dependsOn }) =>
      dependsOn.filter(parentId => shown.has(parentId)).map(parentId => ({ from: parentId, to: id })),
    ),
    isCut,
  }
}
