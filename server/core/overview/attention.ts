import type { AlertView } from '../../contracts/alerts.ts'
import type { BreakerView } from '../../contracts/breakers.ts'
import type { ReplicaView } from '../../contracts/replicas.ts'
import type { AttentionItem, DashboardView, QueueStats } from '../../contracts/stats.ts'

/** Machines whose clocks are further off than this mislead people who compare their logs. */
const clockOffMs = 2_000
const severityOrder = { critical: 0, warning: 1, info: 2 } as const

export interface AttentionInput {
  /** Those that are open or acknowledged, and no silence covers. */
  alerts: readonly AlertView[]
  breakers: readonly BreakerView[]
  queue: QueueStats
  deadLetters: DashboardView['deadLetters']
  replicas: readonly ReplicaView[]
}

/**
 * What waits for a person: the alerts, and what is good to know though nothing is wrong. Each item says what, since when, and
 * where to deal with it. Worst first, and of the same severity what nobody deals with yet before the rest, the oldest first.
 */
export function findAttention(input: AttentionInput): AttentionItem[] {
  return [
    ...ofAlerts(input.alerts),
    ...ofHolds(input.breakers),
    ...ofPauses(input.queue),
    ...ofRetries(input.queue),
    ...ofDeadLetters(input.deadLetters),
    ...ofClocks(input.replicas),
  ].sort(
    (a, b) =>
      severityOrder[a.severity] - severityOrder[b.severity] ||
      Number(Boolean(a.acknowledgedBy)) - Number(Boolean(b.acknowledgedBy)) ||
      (a.since < b.since ? -1 : 1),
  )
}

/** What a person has already said that he deals with stands after what nobody has. */
function ofAlerts(alerts: readonly AlertView[]): AttentionItem[] {
  return alerts.map(({ id, severity, title, detail, since, acknowledgedBy }) => ({
    id: `alert:${id}`,
    severity,
    title,
    detail: acknowledgedBy === null ? detail : `${acknowledgedBy} deals with it: ${detail}`,
    since,
    href: `/alerts?alert=${id}`,
    acknowledgedBy,
  }))
}

/** Breakers that a person holds. */
function ofHolds(breakers: readonly BreakerView[]): AttentionItem[] {
  return breakers.flatMap(({ moduleId, instanceId, moduleName, forced }): AttentionItem[] => {
    if (!forced) return []
    const { state, by, reason, at } = forced
    const id = `breaker:${moduleId}:${instanceId}`
    const title = `${moduleName}: breaker held ${state}`
    return [
      { id, severity: 'info', title, detail: `by ${by}: ${reason}`, since: at, href: `/breakers?module=${moduleId}` },
    ]
  })
}

function ofPauses({ pauses }: QueueStats): AttentionItem[] {
  return pauses.map(({ scope, id, reason, by, at }) => ({
    id: `pause:${scope}:${id ?? ''}`,
    severity: 'info' as const,
    title: scope === 'all' ? 'All work is paused' : `${scope === 'module' ? 'Module' : 'Type'} ${id} is paused`,
    detail: `by ${by}: ${reason}`,
    since: at,
    href: scope === 'module' ? `/modules/${id}` : scope === 'type' ? `/tasks?type=${id}` : '/tasks',
  }))
}

function ofRetries({ retryBudgets }: QueueStats): AttentionItem[] {
  return retryBudgets.flatMap(({ moduleId, calls, retries, heldBack, heldBackSince }) =>
    heldBackSince === null
      ? []
      : [
          {
            id: `retries:${moduleId}`,
            severity: 'warning' as const,
            title: `Many retries of ${moduleId}: they are spread out`,
            detail: `${retries} retries to ${calls} calls in the last minute; ${heldBack} wait longer than usual`,
            since: heldBackSince,
            href: `/modules/${moduleId}`,
          },
        ],
  )
}

function ofDeadLetters({ open, oldestAt }: DashboardView['deadLetters']): AttentionItem[] {
  if (open === 0 || oldestAt === null) return []
  return [
    {
      id: 'dead-letters',
      severity: 'warning',
      title: open === 1 ? 'A task failed for good' : `${open} tasks failed for good`,
      detail: 'They wait as dead letters to be reprocessed or discarded',
      since: oldestAt,
      href: '/dead-letters',
    },
  ]
}

/** Machines whose clocks are wrong. */
function ofClocks(replicas: readonly ReplicaView[]): AttentionItem[] {
  return replicas.flatMap(({ id, host, state, clockOffsetMs, heartbeatAt }): AttentionItem[] => {
    if (state !== 'running' || Math.abs(clockOffsetMs) < clockOffMs) return []
    const off = `${Math.round(Math.abs(clockOffsetMs) / 1_000)} s ${clockOffsetMs > 0 ? 'ahead' : 'behind'}`
    return [
      {
        id: `clock:${id}`,
        severity: 'info',
        title: `The clock of ${host} is ${off}`,
        detail: 'tasks go by the database’s clock; times in its logs and traces do not',
        since: heartbeatAt,
        href: '/settings?tab=replicas',
      },
    ]
  })
}
