import { limits } from '../../contracts/common.ts'
import type { DeadLetterMark } from '../../contracts/dead-letters.ts'
import type { Resources } from '../../contracts/resources.ts'
import type { AttemptView, ListTasks, RelatedTask, TaskError, TaskSummary } from '../../contracts/tasks.ts'
import { letterError, signatureOf } from '../dead-letters/fingerprint.ts'
import type { GraphTask } from '../queue/dependency-store.ts'
import { toClaimedTask } from '../queue/eager-start.ts'
import type { UrgentTask } from '../queue/interruption.ts'
import type { QueueCounts } from '../queue/queue-counts.ts'
import type { ClaimedTask, HeldLease, StoredTask } from '../queue/task-store.ts'
import { compareEntries, type EndedAttempt, type Entry, type Leased, statusOf } from './task-entry.ts'

/** An entry as lists show it. */
export function toSummary({ task, place, used, attempts, startedAt }: Entry): TaskSummary {
  const begun = startedAt ?? (place.kind === 'leased' ? place.claimedAt : null)
  return {
    id: task.id,
    type: task.type,
    status: statusOf(place),
    priority: task.priority,
    moduleId: task.pinnedModuleId,
    servedBy: attempts.at(-1)?.attempt.moduleId || null,
    attemptCount: used,
    maxAttempts: task.maxAttempts,
    createdAt: toIso(task.acceptedAt),
    startedAt: begun === null ? null : toIso(begun),
    finishedAt: place.kind === 'ended' ? toIso(place.at) : null,
    errorCode: place.kind === 'ended' ? (place.error?.code ?? null) : null,
  }
}

/** An entry in full. `retriedAs` is the newest task made from it, `find` finds others of its tenant. */
export function toStoredTask(
  entry: Entry,
  {
    resources,
    retriedAs,
    find,
  }: { resources: Resources; retriedAs: string | null; find: (id: string) => Entry | undefined },
): StoredTask {
  const { task, place, checkpoint } = entry
  const ended = place.kind === 'ended' ? place : null
  const relate = (id: string): RelatedTask => {
    const other = find(id)
    return { id, status: other ? statusOf(other.place) : null }
  }
  let ancestorId = entry.causedBy
  for (let next = ancestorId; next !== null; next = find(next)?.causedBy ?? null) ancestorId = next
  return {
    summary: toSummary(entry),
    payload: JSON.parse(task.payload),
    result: ended?.result == null ? null : JSON.parse(ended.result),
    error: ended?.error ?? null,
    attempts: entry.attempts.map(toAttemptView),
    score: task.score,
    rank: task.rank,
    runAt: task.runAt === null ? null : toIso(task.runAt),
    deadline: task.deadline === null ? null : toIso(task.deadline),
    timeoutMs: task.timeoutMs,
    totalTimeoutMs: task.totalTimeoutMs,
    estimatedComplexity: task.complexity,
    costBudgetUsd: task.costBudgetUsd,
    idempotencyKey: task.idempotencyKey,
    submittedBy: task.submittedBy,
    retryOf: task.retryOf,
    traceparent: task.traceparent,
    checkpoint: checkpoint && {
      data: JSON.parse(checkpoint.data),
      bytes: new TextEncoder().encode(checkpoint.data).length,
      moduleId: checkpoint.moduleId,
      savedAt: toIso(checkpoint.savedAt),
    },
    retriedAs,
    deadLetter: entry.letter && { ...entry.letter },
    endReason: place.kind === 'leased' ? place.cancelReason : (ended?.reason ?? null),
    lane: {
      id: task.laneId,
      tenantId: task.tenantId,
      taskType: task.type,
      pinnedModuleId: task.pinnedModuleId,
      resources,
    },
    waiting:
      place.kind === 'waiting'
        ? {
            reason: place.reason,
            dueAt: place.dueAt === null ? null : toIso(place.dueAt),
            since: toIso(place.since),
          }
        : null,
    lease:
      place.kind === 'leased'
        ? { leaseNo: place.leaseNo, replicaId: place.replicaId, claimedAt: toIso(place.claimedAt) }
        : null,
    dependsOn: entry.parents.map(relate),
    dependants: {
      total: entry.children.length,
      items: entry.children
        .map(child => child.task.id)
        .sort()
        .slice(0, limits.dependantsShown)
        .map(relate),
    },
    failedAncestor: ancestorId === null ? null : relate(ancestorId),
    raised: entry.raised,
  }
}

/** An entry as the timing of graphs needs it. */
export function toGraphTask({ task, place, parents }: Entry): GraphTask {
  return {
    id: task.id,
    type: task.type,
    pinnedModuleId: task.pinnedModuleId,
    status: statusOf(place),
    priority: task.priority,
    rank: task.rank,
    complexity: task.complexity,
    dependsOn: parents,
    runAt: task.runAt,
    deadline: task.deadline,
    startedAt: place.kind === 'leased' ? place.claimedAt : null,
  }
}

/** The dead letter of a task that failed now. Its fingerprint is the signature itself: here is nothing to hash with. */
export function toLetter(
  type: string,
  error: TaskError | null,
  reason: string | null,
  failedAt: string,
): DeadLetterMark {
  return {
    fingerprint: signatureOf({ type, ...letterError(error, reason) }),
    state: 'open',
    failedAt,
    reprocessedAs: null,
    closedAt: null,
    closedBy: null,
    reason: null,
    jobId: null,
  }
}

/** A leased entry as its claimer gets it. */
export function toClaimed({ task, used, startedAt, attempts, checkpoint }: Entry, place: Leased): ClaimedTask {
  const claimed = toClaimedTask(task, place)
  claimed.attempts = used
  claimed.enqueuedAt = place.enqueuedAt
  claimed.startedAt = startedAt
  if (checkpoint) claimed.checkpoint = { data: JSON.parse(checkpoint.data), moduleId: checkpoint.moduleId }
  if (task.costBudgetUsd !== null) claimed.spentUsd = attempts.reduce((sum, { attempt }) => sum + attempt.costUsd, 0)
  return claimed
}

/** Whether a list with this filter shows the task; the cursor is the id of the last one shown. */
export function isMatch(item: TaskSummary, filter: ListTasks): boolean {
  if (filter.status && filter.status.length > 0 && !filter.status.includes(item.status)) return false
  if (filter.type !== undefined && item.type !== filter.type) return false
  if (filter.moduleId !== undefined && item.moduleId !== filter.moduleId && item.servedBy !== filter.moduleId)
    return false
  if (filter.q && !item.id.startsWith(filter.q) && !item.type.includes(filter.q)) return false
  if (filter.from !== undefined && item.createdAt < filter.from) return false
  if (filter.to !== undefined && item.createdAt >= filter.to) return false
  return filter.cursor === undefined || item.id < filter.cursor
}

/** How many of these wait and run, by priority and by type. */
export function countEntries(entries: Iterable<Entry>): QueueCounts {
  const counts: QueueCounts = {
    ready: 0,
    scheduled: 0,
    blocked: 0,
    running: 0,
    byPriority: [],
    byType: [],
    oldestReadyAt: null,
  }
  for (const { task, place } of entries) {
    if (place.kind === 'ended') continue
    if (place.kind === 'waiting') {
      counts[place.dueAt === null ? 'blocked' : 'scheduled']++
      continue
    }
    const state = place.kind === 'ready' ? 'ready' : 'running'
    counts[state]++
    rowOf(counts.byPriority, row => row.priority === task.priority, {
      priority: task.priority,
      ready: 0,
      running: 0,
    })[state]++
    rowOf(counts.byType, row => row.type === task.type && row.pinnedModuleId === task.pinnedModuleId, {
      type: task.type,
      pinnedModuleId: task.pinnedModuleId,
      ready: 0,
      running: 0,
    })[state]++
    if (place.kind === 'ready') counts.oldestReadyAt = Math.min(counts.oldestReadyAt ?? Infinity, place.enqueuedAt)
  }
  counts.byPriority.sort((a, b) => a.priority - b.priority)
  return counts
}

function rowOf<Row>(rows: Row[], isIt: (row: Row) => boolean, fresh: Row): Row {
  const known = rows.find(isIt)
  if (known) return known
  rows.push(fresh)
  return fresh
}

export function toIso(ms: number): string {
  return new Date(ms).toISOString()
}

/** The attempt that a replica was at when it was lost: nobody knows more of it. */
export function lostAttempt(entry: Entry, lease: Leased, error: TaskError, now: number): EndedAttempt {
  const attempt = {
    number: entry.used,
    moduleId: '',
    instanceId: '',
    outcome: 'lost',
    error,
    dispatchedAt: lease.claimedAt,
    endedAt: now,
    costUsd: 0,
    decision: null,
  } as const
  return { attempt, lease }
}

/** The leases of a replica, or only those that were asked to stop. */
export function toHeldLeases(entries: Iterable<Entry>, replicaId: string, which: 'all' | 'cancelled'): HeldLease[] {
  return [...entries].flatMap(({ task, place }) => {
    if (place.kind !== 'leased' || place.replicaId !== replicaId) return []
    const { leaseNo, cancelReason } = place
    return which === 'all' || cancelReason !== null ? [{ taskId: task.id, leaseNo, cancelReason }] : []
  })
}

/** Tasks under leases of a replica, except under those leases. */
export function toLeased(entries: Iterable<Entry>, replicaId: string, except: readonly number[]): ClaimedTask[] {
  return [...entries].flatMap(entry => {
    const { place } = entry
    const isAsked = place.kind === 'leased' && place.replicaId === replicaId && !except.includes(place.leaseNo)
    return isAsked ? [toClaimed(entry, place)] : []
  })
}

function toAttemptView({ attempt, lease }: EndedAttempt): AttemptView {
  return {
    ...attempt,
    enqueuedAt: toIso(lease.enqueuedAt),
    claimedAt: toIso(lease.claimedAt),
    dispatchedAt: toIso(attempt.dispatchedAt),
    endedAt: toIso(attempt.endedAt),
  }
}

/** Of the ready tasks of each lane the next one, when it is urgent and has waited so long; in the order of the queue. */
export function urgentAmong(lanes: readonly Entry[][], now: number, waitedMs: number): UrgentTask[] {
  return lanes
    .flatMap(ready => {
      const alive = ready.filter(({ task }) => (task.deadline ?? Number.POSITIVE_INFINITY) > now)
      return alive.sort(compareEntries).slice(0, 1)
    })
    .filter(({ task, place }) => task.priority <= 2 && place.kind === 'ready' && place.enqueuedAt <= now - waitedMs)
    .sort(compareEntries)
    .map(({ task: { laneId, id, priority, rank } }) => ({ laneId, id, priority, rank }))
}
