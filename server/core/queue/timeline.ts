import type { AttemptView, TimelineEntry } from '../../contracts/tasks.ts'
import type { StoredTask } from './task-store.ts'

/** The life of a task from what is stored of it: accepted, queued, claimed, decided, called, ended; oldest first. */
export function buildTimeline(task: StoredTask, attempts: readonly AttemptView[]): TimelineEntry[] {
  const { summary } = task
  const entries: TimelineEntry[] = [
    entry(summary.createdAt, 'accepted', 'Accepted', `by ${task.submittedBy}, committed before it was answered`),
    entry(
      summary.createdAt,
      'queued',
      queuedLabel(task.dependsOn.length),
      `priority ${summary.priority}, score ${round(task.score)}`,
    ),
  ]
  for (const [index, attempt] of attempts.entries()) {
    const previous = attempts[index - 1]
    const hasWaited = previous?.claimedAt !== attempt.claimedAt && previous?.outcome !== 'preempted'
    if (previous?.endedAt && hasWaited) {
      entries.push(entry(previous.endedAt, 'retry_scheduled', 'Waits for its next attempt', null, attempt.number))
    }
    if (previous?.claimedAt !== attempt.claimedAt) {
      entries.push(entry(attempt.claimedAt, 'claimed', 'Claimed by a worker', null, attempt.number))
    }
    entries.push(...ofAttempt(attempt))
  }
  if (task.checkpoint) {
    const { savedAt, bytes, moduleId } = task.checkpoint
    const later = entries.findIndex(({ at }) => at > savedAt)
    const saved = entry(savedAt, 'checkpoint', 'Checkpoint saved', `${bytes} bytes by ${moduleId}`)
    entries.splice(later === -1 ? entries.length : later, 0, saved)
  }
  if (task.waiting) {
    entries.push(
      entry(task.waiting.since, 'retry_scheduled', waitLabels[task.waiting.reason], until(task.waiting.dueAt)),
    )
  }
  if (task.raised) {
    const { at, by } = task.raised
    const later = entries.findIndex(other => other.at > at)
    const raised = entry(at, 'raised', 'Put before others', `task ${by} could not keep its deadline otherwise`)
    entries.splice(later === -1 ? entries.length : later, 0, raised)
  }
  if (summary.finishedAt !== null) {
    entries.push(entry(summary.finishedAt, 'ended', `Ended: ${summary.status}`, task.error?.message ?? task.endReason))
  }
  return entries
}

function queuedLabel(parents: number): string {
  if (parents === 0) return 'Queued'
  return parents === 1 ? 'Queued behind a task that it depends on' : `Queued behind ${parents} tasks that it depends on`
}

const waitLabels = {
  not_before: 'Waits for its start time',
  retry: 'Waits for its next attempt',
  busy: 'Waits: every module was busy',
  parents: 'Waits for the tasks it depends on',
} as const

function ofAttempt(attempt: AttemptView): TimelineEntry[] {
  const entries: TimelineEntry[] = []
  const target = attempt.instanceId === '' ? 'an unknown instance' : `${attempt.moduleId} (${attempt.instanceId})`
  if (attempt.decision) {
    const [reason] = attempt.decision.reasons
    entries.push(
      entry(attempt.dispatchedAt, 'decided', `Routed to ${attempt.moduleId}`, reason ?? null, attempt.number),
    )
  }
  entries.push(entry(attempt.dispatchedAt, 'called', `Called ${target}`, null, attempt.number))
  if (attempt.endedAt !== null && attempt.outcome === 'preempted') {
    const detail = `${attempt.error?.message ?? ''} No attempt is used up.`.trim()
    entries.push(entry(attempt.endedAt, 'preempted', 'Pre-empted, back in the queue', detail, attempt.number))
  } else if (attempt.endedAt !== null) {
    entries.push(
      entry(
        attempt.endedAt,
        'attempt_ended',
        `Attempt ${attempt.outcome.replace('_', ' ')}`,
        attempt.error?.message ?? null,
        attempt.number,
      ),
    )
  }
  return entries
}

function entry(
  at: string,
  kind: TimelineEntry['kind'],
  label: string,
  detail: string | null,
  attempt: number | null = null,
): TimelineEntry {
  return { at, kind, label, detail, attempt }
}

function until(dueAt: string | null): string | null {
  return dueAt === null ? null : `until ${dueAt}`
}

function round(score: number): number {
  return Math.round(score * 100) / 100
}
