import type { BreakerView } from '../../contracts/breakers.ts'
import type { HealthSummary } from '../../contracts/health.ts'
import type { ModuleSummary } from '../../contracts/modules.ts'
import type { ReplicaView } from '../../contracts/replicas.ts'
import type { AttentionItem, DashboardView, QueueStats } from '../../contracts/stats.ts'

/** Ready work that is older than this waits too long. */
const oldReadyMs = 60_000
/** A replica that was lost is news for so long; one that will not come back is then forgotten here. */
const lostShownMs = 3_600_000
/** Machines whose clocks are further off than this mislead people who compare their logs. */
const clockOffMs = 2_000
const severityOrder = { critical: 0, warning: 1, info: 2 } as const

export interface AttentionInput {
  nowMs: number
  health: HealthSummary
  modules: readonly ModuleSummary[]
  breakers: readonly BreakerView[]
  queue: QueueStats
  deadLetters: DashboardView['deadLetters']
  replicas: readonly ReplicaView[]
  /** Since when the queue has been nearly full, in ms since the epoch; null while it is not. */
  queueFullSinceMs: number | null
}

/** Whether work of low priority is being refused, or soon will be. */
export function isNearlyFull(queue: QueueStats): boolean {
  return queue.size + queue.running >= queue.capacity * 0.9
}

/** What waits for a person: each item says what is wrong, since when, and where to deal with it. Worst first. */
export function findAttention(input: AttentionInput): AttentionItem[] {
  return [
    ...ofBreakers(input.breakers),
    ...ofSystems(input.health),
    ...ofModules(input),
    ...ofPauses(input.queue),
    ...ofRetries(input.queue),
    ...ofQueue(input),
    ...ofDeadLetters(input.deadLetters),
    ...ofReplicas(input),
  ].sort((a, b) => severityOrder[a.severity] - severityOrder[b.severity] || (a.since < b.since ? -1 : 1))
}

function ofBreakers(breakers: readonly BreakerView[]): AttentionItem[] {
  return breakers.flatMap((breaker): AttentionItem[] => {
    const id = `breaker:${breaker.moduleId}:${breaker.instanceId}`
    const href = `/breakers?module=${breaker.moduleId}`
    if (breaker.forced) {
      const { state, by, reason, at } = breaker.forced
      const title = `${breaker.moduleName}: breaker held ${state}`
      return [{ id, severity: 'info', title, detail: `by ${by}: ${reason}`, since: at, href }]
    }
    if (breaker.state === 'closed') return []
    const detail = breaker.lastFailure
      ? `${breaker.lastFailure.code}: ${breaker.lastFailure.message}`
      : breaker.endpoint
    const title = `${breaker.moduleName}: breaker ${breaker.state === 'open' ? 'open' : 'half-open, probing'}`
    return [{ id, severity: 'critical', title, detail, since: breaker.troubledSince ?? breaker.since, href }]
  })
}

function ofSystems(health: HealthSummary): AttentionItem[] {
  return health.systems.members
    .filter(member => member.score < 80)
    .map(member => ({
      id: `system:${member.id}`,
      severity: member.score < 50 ? ('critical' as const) : ('warning' as const),
      title: `${member.name} at ${Math.round(member.score)}`,
      detail: member.reason,
      since: member.since ?? health.since,
      href: '/',
    }))
}

function ofModules({ modules, health }: AttentionInput): AttentionItem[] {
  const members = new Map(health.modules.members.map(member => [member.id, member]))
  return modules
    .filter(module => module.enabled && (module.health === 'unhealthy' || module.health === 'degraded'))
    .map(module => ({
      id: `module:${module.id}`,
      severity: module.health === 'unhealthy' ? ('critical' as const) : ('warning' as const),
      title: `${module.name} is ${module.health}`,
      detail: members.get(module.id)?.reason ?? '',
      since: members.get(module.id)?.since ?? health.since,
      href: `/modules/${module.id}`,
    }))
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

function ofQueue({ queue, nowMs, queueFullSinceMs }: AttentionInput): AttentionItem[] {
  const items: AttentionItem[] = []
  if (queue.oldestReadyAt !== null && nowMs - Date.parse(queue.oldestReadyAt) > oldReadyMs) {
    items.push({
      id: 'queue:old',
      severity: 'warning',
      title: 'Work waits longer than a minute',
      detail: `${queue.ready} ready; ${queue.workers.busy} of ${queue.workers.total} workers busy`,
      since: queue.oldestReadyAt,
      href: '/tasks?status=ready',
    })
  }
  if (queueFullSinceMs !== null) {
    items.push({
      id: 'queue:full',
      severity: 'critical',
      title: 'The queue is nearly full',
      detail: `${queue.size + queue.running} of ${queue.capacity}; the lowest priorities are refused`,
      since: new Date(queueFullSinceMs).toISOString(),
      href: '/tasks?status=ready',
    })
  }
  return items
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

function ofReplicas({ replicas, nowMs }: AttentionInput): AttentionItem[] {
  const href = '/settings?tab=replicas'
  return replicas.flatMap(({ id, host, state, lostAt, clockOffsetMs, heartbeatAt }): AttentionItem[] => {
    if (lostAt !== null && nowMs - Date.parse(lostAt) < lostShownMs) {
      const title = `Replica ${id} fell silent`
      return [
        {
          id: `replica:${id}`,
          severity: 'warning',
          title,
          detail: `on ${host}; the others took over its work`,
          since: lostAt,
          href,
        },
      ]
    }
    if (state !== 'running' || Math.abs(clockOffsetMs) < clockOffMs) return []
    const off = `${Math.round(Math.abs(clockOffsetMs) / 1_000)} s ${clockOffsetMs > 0 ? 'ahead' : 'behind'}`
    const detail = 'tasks go by the database’s clock; times in its logs and traces do not'
    return [
      {
        id: `clock:${id}`,
        severity: 'info',
        title: `The clock of ${host} is ${off}`,
        detail,
        since: heartbeatAt,
        href,
      },
    ]
  })
}
