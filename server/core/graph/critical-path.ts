import type { TaskStatus } from '../../contracts/tasks.ts'

/** A task as far as time goes. Times in ms since the epoch. */
export interface TimedTask {
  id: string
  status: TaskStatus
  /** Tasks that have to succeed before it; those that are not among the tasks given are taken to have ended. */
  dependsOn: readonly string[]
  /** How long it is expected to take once it runs. */
  expectedMs: number
  /** When it began, while it runs. */
  startedAt: number | null
  runAt: number | null
  deadline: number | null
}

export interface TaskTiming {
  earliestStart: number
  earliestFinish: number
  latestStart: number
  latestFinish: number
  /** How much later it may start without making anything late; negative when a deadline cannot be kept. */
  slackMs: number
  /** Has the least slack of all that have not ended. */
  isCritical: boolean
  /** The task whose deadline `latestFinish` comes from; null when it comes from the time that the whole takes. */
  boundBy: string | null
}

/**
 * The critical path method over tasks that depend on each other. Forward: a task starts when its last parent ends, not before
 * now and its own start time. Backward: it has to end by its own deadline and by the latest start of whatever waits for it;
 * where neither says anything, by the time the whole takes at best. What has ended takes no time. Time in the queue is not
 * counted. Throws when the tasks hold a cycle. O(V + E). Source: J. Kelley, M. Walker, Critical-path planning and
 * scheduling, 1959.
 */
export function timeTasks(tasks: readonly TimedTask[], now: number): Map<string, TaskTiming> {
  const byId = new Map(tasks.map(task => [task.id, task]))
  const order = sortByParents(tasks, byId)
  const finishes = new Map<string, number>()
  const starts = new Map<string, number>()
  for (const task of order) {
    const parentsEnd = task.dependsOn.map(id => finishes.get(id) ?? now)
    const start = isOver(task) ? now : Math.max(now, task.runAt ?? now, ...parentsEnd)
    starts.set(task.id, start)
    finishes.set(task.id, start + remainingMs(task, now))
  }
  const allDone = Math.max(now, ...finishes.values())
  const latest = new Map<string, Limit>()
  for (const task of order.toReversed()) {
    const own = { at: task.deadline ?? Number.POSITIVE_INFINITY, boundBy: task.id }
    const limit = earlier(latest.get(task.id), own)
    const finish = Number.isFinite(limit.at) ? limit : { at: allDone, boundBy: null }
    latest.set(task.id, finish)
    if (isOver(task)) continue
    const start = { ...finish, at: finish.at - remainingMs(task, now) }
    for (const id of task.dependsOn) latest.set(id, earlier(latest.get(id), start))
  }
  const slackOf = (task: TimedTask) =>
    (latest.get(task.id)?.at ?? 0) - remainingMs(task, now) - (starts.get(task.id) ?? 0)
  const least = Math.min(...order.filter(task => !isOver(task)).map(slackOf))
  return new Map(
    order.map(task => {
      const slackMs = slackOf(task)
      const { at: latestFinish, boundBy } = latest.get(task.id) ?? { at: 0, boundBy: null }
      const timing: TaskTiming = {
        earliestStart: starts.get(task.id) ?? now,
        earliestFinish: finishes.get(task.id) ?? now,
        latestStart: latestFinish - remainingMs(task, now),
        latestFinish,
        slackMs,
        isCritical: !isOver(task) && slackMs <= least,
        boundBy,
      }
      return [task.id, timing]
    }),
  )
}

interface Limit {
  at: number
  boundBy: string | null
}

function earlier(known: Limit | undefined, other: Limit): Limit {
  return known !== undefined && known.at <= other.at ? known : other
}

/**
 * Tasks that could be claimed sooner and should be: ready or blocked ones that something waits for whose deadline cannot be
 * kept as things stand, in the order in which they have to start, each with the task that has the deadline. One that is late by
 * itself alone is not among them.
 */
export function findTasksToHurry(tasks: readonly TimedTask[], now: number): { id: string; boundBy: string }[] {
  const timings = timeTasks(tasks, now)
  return tasks
    .flatMap(({ id, status }) => {
      const timing = timings.get(id)
      if (!timing || timing.slackMs >= 0 || timing.boundBy === null || timing.boundBy === id) return []
      return status === 'ready' || status === 'blocked'
        ? [{ id, boundBy: timing.boundBy, startBy: timing.latestStart }]
        : []
    })
    .sort((a, b) => a.startBy - b.startBy)
    .map(({ id, boundBy }) => ({ id, boundBy }))
}

function remainingMs(task: TimedTask, now: number): number {
  if (isOver(task)) return 0
  if (task.status !== 'running' || task.startedAt === null) return task.expectedMs
  return Math.max(0, task.expectedMs - (now - task.startedAt))
}

function isOver({ status }: TimedTask): boolean {
  return status === 'succeeded' || status === 'failed' || status === 'cancelled' || status === 'expired'
}

/** Parents before children; among those that could come next, in the order given. */
function sortByParents(tasks: readonly TimedTask[], byId: ReadonlyMap<string, TimedTask>): TimedTask[] {
  const children = new Map<string, TimedTask[]>()
  const missing = new Map<string, number>()
  for (const task of tasks) {
    const parents = new Set(task.dependsOn.filter(id => byId.has(id)))
    missing.set(task.id, parents.size)
    for (const id of parents) {
      const known = children.get(id)
      if (known) known.push(task)
      else children.set(id, [task])
    }
  }
  const order = tasks.filter(task => missing.get(task.id) === 0)
  for (const task of order) {
    for (const child of children.get(task.id) ?? []) {
      const left = (missing.get(child.id) ?? 0) - 1
      missing.set(child.id, left)
      if (left === 0) order.push(child)
    }
  }
  if (order.length < tasks.length) throw new Error('tasks that depend on each other form a cycle')
  return order
}
