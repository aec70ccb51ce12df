import { alertSeverities } from '../../contracts/alert-words.ts'
import type { AlertView } from '../../contracts/alerts.ts'
import type { BreakerView } from '../../contracts/breakers.ts'
import type {
  BreakerStats,
  DashboardView,
  OrchestratorStats,
  OrchestratorStatus,
  SpendInput,
  SpendView,
} from '../../contracts/stats.ts'
import type { Operations, StatsOperations } from '../operations.ts'
import type { SpendQuery, SpendRow } from '../queue/task-store.ts'
import type { Clock } from '../shared/clock.ts'
import { sumMoney } from '../shared/money.ts'
import { findAttention } from './attention.ts'
import type { QueueStatistics } from './queue-statistics.ts'
import type { ThroughputSampler } from './throughput-sampler.ts'

export interface StatsServiceOptions {
  modules: Operations['modules']
  breakers: Operations['breakers']
  router: Operations['router']
  health: Operations['health']
  events: Operations['events']
  queue: QueueStatistics
  deadLetters: Pick<Operations['deadLetters'], 'countOpen'>
  replicas: Operations['replicas']
  /** Alerts that are open or acknowledged now. */
  alerts: { current(tenantId: string): Promise<AlertView[]> }
  throughput: ThroughputSampler
  spend: (tenantId: string, query: SpendQuery) => Promise<SpendRow[]>
  clock: Clock
  replicaId: string
  version: string
  preset: string
  startedAt: number
  isInitialized: () => boolean
}

const dayMs = 86_400_000
const dashboardMaxAgeMs = 450
const historyMs = 3 * 3_600_000
const historyMaxAgeMs = 15_000
const lettersMaxAgeMs = 3_000

/** The whole picture in one call: complete statistics, status, and the command center. */
export class StatsService implements StatsOperations {
  readonly #options: StatsServiceOptions
  readonly #dashboards = new Map<string, { at: number; view: Promise<DashboardView> }>()
  readonly #histories = new Map<string, { at: number; points: Promise<DashboardView['health']['history']> }>()

  readonly #letters = new Map<string, { at: number; count: Promise<DashboardView['deadLetters']> }>()

  constructor(options: StatsServiceOptions) {
    this.#options = options
  }

  async orchestrator(tenantId: string): Promise<OrchestratorStats> {
    const { breakers, router, health, events, queue } = this.#options
    return {
      eventBus: events.stats(tenantId),
      queue: await queue.stats(tenantId),
      breakers: countBreakers(breakers.list(tenantId)),
      loadBalancer: router.balancerStats(tenantId),
      router: router.stats(tenantId),
      health: health.summary(tenantId),
      uptimeMs: this.#uptimeMs(),
    }
  }

  async spend(tenantId: string, { from, to, by }: SpendInput): Promise<SpendView> {
    const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10)
    const last = to ?? dayOf(Math.max(this.#options.clock.now(), from === undefined ? 0 : Date.parse(from)))
    const range = { from: from ?? dayOf(Date.parse(last) - 6 * dayMs), to: last, by }
    const rows = await this.#options.spend(tenantId, range)
    return { ...range, totalUsd: sumMoney(rows.map(row => row.costUsd)), rows }
  }

  async status(tenantId: string): Promise<OrchestratorStatus> {
    const { modules, health, queue, replicaId, version, preset, isInitialized } = this.#options
    const counts = await queue.counts(tenantId)
    const all = modules.list(tenantId, { enabledOnly: false })
    return {
      initialized: isInitialized(),
      healthy: health.summary(tenantId).status === 'healthy',
      uptimeMs: this.#uptimeMs(),
      version,
      preset,
      replicaId,
      modules: all.length,
      enabledModules: all.filter(module => module.enabled).length,
      runningTasks: counts.running,
      waitingTasks: counts.ready + counts.scheduled + counts.blocked,
    }
  }

  dashboard(tenantId: string): Promise<DashboardView> {
    const now = this.#options.clock.now()
    const known = this.#dashboards.get(tenantId)
    if (known && now - known.at < dashboardMaxAgeMs) return known.view
    const view = this.#makeDashboard(tenantId)
    this.#dashboards.set(tenantId, { at: now, view })
    view.catch(() => this.#dashboards.delete(tenantId))
    return view
  }

  async #makeDashboard(tenantId: string): Promise<DashboardView> {
    const { clock, events, throughput, replicaId } = this.#options
    const nowMs = clock.now()
    const [queue, history, deadLetters, alerts, replicas] = await Promise.all([
      this.#options.queue.stats(tenantId),
      this.#history(tenantId),
      this.#openLetters(tenantId),
      this.#options.alerts.current(tenantId),
      this.#options.replicas.list(),
    ])
    const modules = this.#options.modules.list(tenantId, { enabledOnly: false })
    const breakers = this.#options.breakers.list(tenantId)
    const health = this.#options.health.summary(tenantId)
    return {
      at: new Date(nowMs).toISOString(),
      replicaId,
      uptimeMs: this.#uptimeMs(),
      health: {
        score: health.score,
        status: health.status,
        since: health.since,
        breakdown: health.breakdown,
        unhealthy: health.unhealthy,
        systems: health.systems.members,
        systemsScore: health.systems.score,
        modulesScore: health.modules.score,
        history,
      },
      queue,
      deadLetters,
      throughput: throughput.points(tenantId),
      breakers: { stats: countBreakers(breakers), cells: breakers.map(toCell) },
      modules,
      eventsPerSecond: events.stats(tenantId).eventsPerSecond,
      attention: findAttention({ alerts, breakers, queue, deadLetters, replicas }),
      alerts: countAlerts(alerts),
    }
  }

  /** History changes every 30 s; a look at it every 15 s is enough. */
  #history(tenantId: string): Promise<DashboardView['health']['history']> {
    const now = this.#options.clock.now()
    const known = this.#histories.get(tenantId)
    if (known && now - known.at < historyMaxAgeMs) return known.points
    const points = this.#options.health.history(tenantId, { from: new Date(now - historyMs).toISOString() })
    this.#histories.set(tenantId, { at: now, points })
    points.catch(() => this.#histories.delete(tenantId))
    return points
  }

  /** Counted every few seconds at most: a person deals with them, not a machine. */
  #openLetters(tenantId: string): Promise<DashboardView['deadLetters']> {
    const now = this.#options.clock.now()
    const known = this.#letters.get(tenantId)
    if (known && now - known.at < lettersMaxAgeMs) return known.count
    const count = this.#options.deadLetters.countOpen(tenantId, {})
    this.#letters.set(tenantId, { at: now, count })
    count.catch(() => this.#letters.delete(tenantId))
    return count
  }

  #uptimeMs(): number {
    return this.#options.clock.now() - this.#options.startedAt
  }
}

/** `worst` is of those that nobody deals with yet. */
function countAlerts(alerts: readonly AlertView[]): DashboardView['alerts'] {
  const open = alerts.filter(({ state }) => state === 'open')
  const worst = alertSeverities.find(severity => open.some(alert => alert.severity === severity)) ?? null
  return { open: open.length, acknowledged: alerts.length - open.length, worst }
}

function countBreakers(breakers: readonly BreakerView[]): BreakerStats {
  const inState = (state: BreakerView['state']) => breakers.filter(breaker => breaker.state === state).length
  return {
    total: breakers.length,
    closed: inState('closed'),
    open: inState('open'),
    halfOpen: inState('half_open'),
    forced: breakers.filter(breaker => breaker.forced !== null).length,
  }
}

function toCell(breaker: BreakerView): DashboardView['breakers']['cells'][number] {
  return {
    moduleId: breaker.moduleId,
    moduleName: breaker.moduleName,
    instanceId: breaker.instanceId,
    state: breaker.state,
    forced: breaker.forced !== null,
    failureRate: breaker.window.failureRate,
    calls: breaker.window.calls,
  }
}
