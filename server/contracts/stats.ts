import { z } from 'zod'
import type { BreakerState } from './breakers.ts'
import type { EventView } from './events.ts'
import type { HealthMember, HealthPoint, HealthSummary } from './health.ts'
import type { ModuleSummary } from './modules.ts'
import type { PauseView } from './queues.ts'

const daySchema = z.iso.date().refine(day => day >= '1970-01-01', 'must be in 1970 or later')
const longestSpendDays = 366

/** What to add spend up by; days are UTC, both included, at most a year; by default the last seven. */
export const spendInput = z
  .strictObject({
    from: daySchema.optional(),
    to: daySchema.optional(),
    by: z.enum(['module', 'type', 'tenant', 'day']).default('module'),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from <= to, 'from must not be after to')
  .refine(
    ({ from, to }) =>
      from === undefined || to === undefined || Date.parse(to) - Date.parse(from) < longestSpendDays * 86_400_000,
    `must span at most ${longestSpendDays} days`,
  )
  .prefault({})
export type SpendInput = z.output<typeof spendInput>

/** What calls cost: hourly cost of the module × their duration, added up exactly. */
export interface SpendView {
  from: string
  to: string
  by: SpendInput['by']
  totalUsd: number
  /** The largest first; days in order. Calls that cost nothing are not counted. */
  rows: { key: string; calls: number; costUsd: number }[]
}

export interface EventBusStats {
  total: number
  byType: Record<string, number>
  eventsPerSecond: number
  subscribers: number
  /** Newest first, at most 100. */
  recent: EventView[]
}

export interface DurationStats {
  count: number
  meanMs: number | null
  p50Ms: number | null
  p95Ms: number | null
  p99Ms: number | null
}

/** Retries of one module against its budget: a tenth of its recent calls may be retries at their usual delay. */
export interface RetryBudgetView {
  moduleId: string
  /** Over the last minute on this replica. */
  calls: number
  retries: number
  /** Retries that the budget allows in that time. */
  allowed: number
  /** Retries of that time that were made to wait longer, and since when some are; null while none is. */
  heldBack: number
  heldBackSince: string | null
}

export interface QueueStats {
  /** Waiting to run: ready, scheduled and blocked. */
  size: number
  ready: number
  scheduled: number
  blocked: number
  running: number
  /** Since the first start of this installation. */
  succeeded: number
  failed: number
  cancelled: number
  expired: number
  /** Ready tasks per priority number, 1-10. */
  byPriority: { priority: number; ready: number; running: number }[]
  byType: { type: string; ready: number; running: number }[]
  oldestReadyAt: string | null
  workers: { busy: number; total: number; utilization: number }
  /** Over the last five minutes on this replica. */
  wait: DurationStats
  run: DurationStats
  capacity: number
  /** What is held back by operators, the newest first. */
  pauses: PauseView[]
  /** Modules whose calls were tried again in the last minute, the most held back first. */
  retryBudgets: RetryBudgetView[]
}

/** How work of one kind goes: what waits and runs now, and the last five minutes on this replica. */
export interface WorkStats {
  completed: number
  failed: number
  /** Completed and failed together in each of the thirty spans of ten seconds, oldest first; the last still goes on. */
  endedPer10s: number[]
  wait: DurationStats
  run: DurationStats
}

/** The queue in full: in all, by type, and by module. */
export interface QueueStatsDetail extends QueueStats {
  /** The busiest first. `completed` and `failed` are tasks. */
  types: (WorkStats & { type: string; ready: number; running: number })[]
  /** By id. `completed` and `failed` are calls; utilization is of its slots, 0-1. */
  modules: (WorkStats & { moduleId: string; running: number; capacity: number; utilization: number })[]
}

export interface BalancerStats {
  instances: number
  healthy: number
  capacity: number
  inFlight: number
  utilization: number
  modules: {
    moduleId: string
    strategy: string
    /** Jain's index of calls per capacity, 1 = perfectly even; null before the first call. */
    fairness: number | null
    /** `ramp`: part of its full share that an instance may get while it is new, 0.1-1. */
    instances: { instanceId: string; inFlight: number; capacity: number; calls: number; share: number; ramp: number }[]
  }[]
}

export interface BreakerStats {
  total: number
  closed: number
  open: number
  halfOpen: number
  forced: number
}

/** Routing of this replica since it started. */
export interface RoutingStats {
  totalRoutes: number
  /** Calls routed to each module. */
  serviceDistribution: Record<string, number>
  /** Calls whose best service had failed them or could take nothing. */
  fallbacks: number
  fallbackRate: number
  /** Times that nothing could take a call. */
  unroutable: number
  /** By task type, the most routed first. */
  types: { type: string; routes: number; fallbacks: number; fallbackRate: number; unroutable: number }[]
}

export interface OrchestratorStats {
  eventBus: EventBusStats
  queue: QueueStats
  breakers: BreakerStats
  loadBalancer: BalancerStats
  router: RoutingStats
  health: HealthSummary
  uptimeMs: number
}

export interface OrchestratorStatus {
  initialized: boolean
  healthy: boolean
  uptimeMs: number
  version: string
  /** What the defaults of this process suit. */
  preset: string
  replicaId: string
  modules: number
  enabledModules: number
  runningTasks: number
  waitingTasks: number
}

/** One second (or more, for longer ranges) of finished and accepted work. */
export interface ThroughputPoint {
  at: string
  accepted: number
  succeeded: number
  failed: number
}

/** Something that waits for a person. */
export interface AttentionItem {
  id: string
  severity: 'critical' | 'warning' | 'info'
  title: string
  detail: string
  since: string
  /** Where to go to deal with it. */
  href: string
  /** Who has said that they deal with it; of alerts alone. */
  acknowledgedBy?: string | null
}

/** All of the command center, made once per tick for every viewer of a tenant. */
export interface DashboardView {
  at: string
  replicaId: string
  uptimeMs: number
  health: Pick<HealthSummary, 'score' | 'status' | 'since' | 'breakdown' | 'unhealthy'> & {
    systems: HealthMember[]
    systemsScore: number | null
    modulesScore: number | null
    history: HealthPoint[]
  }
  queue: QueueStats
  /** Tasks that failed and wait for a person; since when the oldest does. */
  deadLetters: { open: number; oldestAt: string | null }
  /** The last two minutes, one point per second at most, oldest first. */
  throughput: ThroughputPoint[]
  breakers: {
    stats: BreakerStats
    /** One cell per instance. */
    cells: {
      moduleId: string
      moduleName: string
      instanceId: string
      state: BreakerState
      forced: boolean
      failureRate: number
      calls: number
    }[]
  }
  modules: ModuleSummary[]
  eventsPerSecond: number
  attention: AttentionItem[]
  /** Alerts that are open or acknowledged now. */
  alerts: { open: number; acknowledged: number; worst: AttentionItem['severity'] | null }
}
