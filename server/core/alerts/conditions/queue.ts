import type { RuleContext } from '../alert-memory.ts'
import type { Reading } from '../alert-world.ts'

/** The oldest ready task. What an operator has paused as a whole waits because he wants it to. */
export function queueAge({ world: { queue, nowMs } }: RuleContext): Reading[] {
  const isPaused = queue.pauses.some(({ scope }) => scope === 'all')
  if (queue.oldestReadyAt === null || isPaused) return []
  const { busy, total } = queue.workers
  const age = Math.max(0, (nowMs - Date.parse(queue.oldestReadyAt)) / 1_000)
  return [
    {
      subject: 'queue',
      value: age,
      title: level => (level === 0 ? 'Work waits too long' : 'Work waits far too long'),
      detail: `${queue.ready} ready, the oldest for ${describeSeconds(age)}; ${busy} of ${total} workers busy`,
      href: '/tasks?status=ready',
      evidence: { oldestReadyAt: queue.oldestReadyAt, ready: queue.ready, busyWorkers: busy, workers: total },
      sinceMs: Date.parse(queue.oldestReadyAt),
    },
  ]
}

/** How full the queue is, running work included, as admission counts. */
export function queueFull({ world: { queue } }: RuleContext): Reading[] {
  const used = queue.size + queue.running
  return [
    {
      subject: 'queue',
      value: (100 * used) / queue.capacity,
      title: level => (level === 0 ? 'The queue is filling' : 'The queue is nearly full'),
      detail: `${used} of ${queue.capacity}${used >= queue.capacity * 0.9 ? '; the lowest priorities are refused' : ''}`,
      href: '/tasks?status=ready',
      evidence: { used, capacity: queue.capacity, ready: queue.ready, running: queue.running },
    },
  ]
}

/** Work runs and none of it ends: calls hang, or outcomes cannot be written. */
export function noCompletions({ world: { queue, nowMs }, memory }: RuleContext): Reading[] {
  const { progress } = memory.kept
  if (progress === null || queue.running === 0) return []
  const still = Math.max(0, (nowMs - progress.at) / 1_000)
  return [
    {
      subject: 'queue',
      value: still,
      title: () => 'Tasks run, but none ends',
      detail: `${queue.running} running; the last one ended ${describeSeconds(still)} ago`,
      href: '/tasks?status=running',
      evidence: { running: queue.running, ended: progress.ended, lastEndedAt: new Date(progress.at).toISOString() },
      sinceMs: progress.at,
    },
  ]
}

/** Submissions that were turned away. */
export function shedRate({ world: { queue, refusedLastMinute } }: RuleContext): Reading[] {
  return [
    {
      subject: 'queue',
      value: refusedLastMinute,
      title: () => 'Submissions are refused',
      detail: `${refusedLastMinute} in the last minute, because the queue or a type is full`,
      href: '/tasks',
      evidence: { refusedLastMinute, used: queue.size + queue.running, capacity: queue.capacity },
    },
  ]
}

function describeSeconds(seconds: number): string {
  return seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`
}
