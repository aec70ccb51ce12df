import { describeDuration } from '../../resilience/describe-duration.ts'
import type { ConstraintRule } from '../situation.ts'

/** It was asked not to start before a time. */
export const notBefore: ConstraintRule = ({ task, now }) => {
  if (task.waiting?.reason !== 'not_before' || task.waiting.dueAt === null) return null
  return {
    kind: 'not_before',
    title: 'Its start time has not come',
    evidence: `It was submitted with runAt ${task.waiting.dueAt}`,
    unblock: [
      { text: 'Wait for its time', href: null },
      { text: 'Cancel it and submit it without runAt', href: null },
    ],
    since: task.waiting.since,
    etaMs: Math.max(0, Date.parse(task.waiting.dueAt) - now),
  }
}

/** Its last attempt failed and the next one is delayed. */
export const backOff: ConstraintRule = ({ task, now }) => {
  if (task.waiting?.reason !== 'retry' || task.waiting.dueAt === null) return null
  const last = task.attempts.at(-1)
  const { attemptCount, maxAttempts } = task.summary
  const why = last?.error ? `: ${last.error.code}, ${last.error.message}` : ''
  return {
    kind: 'back_off',
    title: 'It waits before its next attempt',
    evidence: `Attempt ${attemptCount} of ${maxAttempts} failed${last ? ` on ${last.moduleId}` : ''}${why}`,
    unblock: [
      { text: 'Wait for the back-off to pass', href: null },
      ...(last?.moduleId
        ? [{ text: `See what is wrong with ${last.moduleId}`, href: `/modules/${last.moduleId}` }]
        : []),
    ],
    since: task.waiting.since,
    etaMs: Math.max(0, Date.parse(task.waiting.dueAt) - now),
  }
}

/** Everything that could run it answered that it is busy, or let nothing through. */
export const busy: ConstraintRule = ({ task, now }) => {
  if (task.waiting?.reason !== 'busy' || task.waiting.dueAt === null) return null
  const waitMs = Math.max(0, Date.parse(task.waiting.dueAt) - now)
  return {
    kind: 'busy',
    title: 'Its modules were busy when it was tried',
    evidence:
      'Every module that can run it answered that it is busy, or its breaker let no call through; no attempt was used',
    unblock: [
      { text: `Wait: it is tried again in ${describeDuration(waitMs)}`, href: null },
      { text: 'Add instances, or raise their capacity', href: '/modules' },
    ],
    since: task.waiting.since,
    etaMs: waitMs,
  }
}

/** The database takes nothing, so nothing can be claimed. */
export const databaseAway: ConstraintRule = ({ databaseSilentMs, now }) => {
  if (databaseSilentMs < 5_000) return null
  return {
    kind: 'database',
    title: 'The database does not answer',
    evidence: `No heartbeat was taken for ${describeDuration(databaseSilentMs)}; without it nothing can be claimed`,
    unblock: [{ text: 'Bring the database back; nothing is lost meanwhile', href: null }],
    since: new Date(now - databaseSilentMs).toISOString(),
    etaMs: null,
  }
}
