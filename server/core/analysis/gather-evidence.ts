import type { ConfigurationSnapshot } from '../changes/configuration-snapshot.ts'
import type { RecordedAttempt, RecordedHistory, RecordedTask } from '../simulator/recorded-history.ts'
import { breakerEpisodes } from './breaker-episodes.ts'
import type { Call, EndedTask, FleetEvidence, RecordedBreakerChange, Service } from './fleet-evidence.ts'
import { spanMs } from './spans.ts'

const hourMs = 3_600_000

/** What was read of a tenant's window. */
export interface RecordedEvidence {
  history: RecordedHistory
  breakerChanges: readonly RecordedBreakerChange[]
}

/**
 * Arranges what was recorded for analyzers. Calls of modules that were removed since are left out, and calls and tasks whose
 * clock cannot be right: that ended before they began, or lie outside the window by more than a span.
 */
export function gatherEvidence(
  { history, breakerChanges }: RecordedEvidence,
  snapshot: ConfigurationSnapshot,
): FleetEvidence {
  const { from, to, sampling } = history
  const modules = new Map(snapshot.modules.map(module => [module.id, module]))
  const tasks: EndedTask[] = []
  const calls: Call[] = []
  const limits = new Map(snapshot.modules.map(({ id, breaker }) => [id, breaker.callTimeoutMs]))
  for (const recorded of history.tasks) {
    const task = toTask(recorded, from, to, limits)
    if (task === null) continue
    tasks.push(task)
    for (const call of task.calls) calls.push(call)
  }
  calls.sort((a, b) => a.at - b.at)
  const services: Service[] = []
  for (const [key, its] of Map.groupBy(calls, ({ type, moduleId }) => `${type} ${moduleId}`)) {
    const module = modules.get(key.slice(key.indexOf(' ') + 1))
    if (module) services.push({ type: key.slice(0, key.indexOf(' ')), module, calls: its })
  }
  const sampledShare = sampling.of > 0 ? Math.min(1, sampling.minutes / sampling.of) : 0
  return {
    tenantId: history.tenantId,
    from,
    to,
    snapshot,
    sampledShare,
    hours: (sampledShare * (to - from)) / hourMs,
    tasks,
    services,
    callsByModule: Map.groupBy(calls, ({ moduleId }) => moduleId),
    tasksByType: Map.groupBy(tasks, ({ type }) => type),
    episodes: breakerEpisodes(breakerChanges, { from, to }).filter(({ moduleId }) => modules.has(moduleId)),
  }
}

/** Null for a task that has not ended, or whose times cannot be right. Calls of modules that are gone are left out of it. */
function toTask(
  recorded: RecordedTask,
  from: number,
  to: number,
  limits: ReadonlyMap<string, number>,
): EndedTask | null {
  const { acceptedAt, finishedAt } = recorded
  if (finishedAt === null || !(finishedAt >= acceptedAt) || acceptedAt < from - spanMs || acceptedAt > to + spanMs) {
    return null
  }
  const calls: Call[] = []
  const task: EndedTask = {
    type: recorded.type,
    priority: recorded.priority,
    acceptedAt,
    dueAt: Math.max(acceptedAt, recorded.runAt ?? acceptedAt),
    deadline: recorded.deadline,
    finishedAt,
    status: recorded.status,
    endReason: recorded.endReason,
    isPinned: recorded.pinnedModuleId !== null,
    span: Math.floor(acceptedAt / spanMs),
    calls,
  }
  let before: RecordedAttempt | null = null
  for (const [place, attempt] of recorded.attempts.entries()) {
    const breakerLimitMs = limits.get(attempt.moduleId)
    if (attempt.endedAt >= attempt.dispatchedAt && breakerLimitMs !== undefined) {
      const limitMs = Math.min(recorded.timeoutMs, breakerLimitMs)
      calls.push(toCall(task, attempt, { number: place + 1, before, limitMs, taskLimitMs: recorded.timeoutMs }))
    }
    before = attempt
  }
  return task
}

function toCall(
  task: EndedTask,
  attempt: RecordedAttempt,
  context: Pick<Call, 'number' | 'limitMs' | 'taskLimitMs'> & { before: RecordedAttempt | null },
): Call {
  const { before, number, limitMs, taskLimitMs } = context
  const { moduleId, instanceId, outcome, errorCode, dispatchedAt, endedAt, inFlight } = attempt
  return {
    type: task.type,
    moduleId,
    instanceId,
    outcome,
    errorCode,
    at: dispatchedAt,
    endedAt,
    durationMs: endedAt - dispatchedAt,
    waitMs: Math.max(0, dispatchedAt - Math.max(attempt.enqueuedAt, task.dueAt, before?.endedAt ?? 0)),
    inFlight,
    number,
    retryOf: before !== null && isFailure(before) && attempt.enqueuedAt >= before.endedAt ? before : null,
    limitMs,
    taskLimitMs,
    span: Math.floor(dispatchedAt / spanMs),
    task,
  }
}

/** A call that found no room, or was ended by us, is made again without having failed. */
function isFailure({ outcome }: RecordedAttempt): boolean {
  return outcome === 'failed' || outcome === 'timed_out'
}
