import type { QueueStats, QueueStatsDetail } from '../../contracts/stats.ts'
import { ServiceTraffic } from '../impact/service-traffic.ts'
import type { PauseBoard } from '../queue/pause-board.ts'
import type { QueueCounts } from '../queue/queue-counts.ts'
import type { RetryBudget } from '../queue/retry-budget.ts'
import type { LeaseEnd, TaskStore } from '../queue/task-store.ts'
import type { Clock } from '../shared/clock.ts'
import { DurationWindow } from './duration-window.ts'
import { WorkWindow } from './work-window.ts'

const countsMaxAgeMs = 1_000

interface ModuleLoad {
  moduleId: string
  running: number
  capacity: number
}

interface Workers {
  readonly running: number
  readonly concurrency: number
}

/**
 * Statistics of the queue: counts from the store, read at most once a second however many ask; waits and run times as this
 * replica saw them in the last five minutes.
 */
export class QueueStatistics {
  readonly #store: TaskStore
  readonly #clock: Clock
  readonly #workers: Workers
  readonly #capacity: number
  readonly #moduleLoads: (tenantId: string) => ModuleLoad[]
  readonly #pauses: Pick<PauseBoard, 'list'>
  readonly #retryBudget: Pick<RetryBudget, 'views'>
  /** How much of each type each module carried out lately, as this replica saw it. */
  readonly traffic = new ServiceTraffic()
  readonly #waits = new Map<string, DurationWindow>()
  readonly #runs = new Map<string, DurationWindow>()
  readonly #types = new Map<string, Map<string, WorkWindow>>()
  readonly #modules = new Map<string, Map<string, WorkWindow>>()
  readonly #counts = new Map<string, { at: number; counts: Promise<QueueCounts> }>()

  constructor(options: {
    store: TaskStore
    clock: Clock
    workers: Workers
    capacity: number
    pauses: Pick<PauseBoard, 'list'>
    retryBudget: Pick<RetryBudget, 'views'>
    /** Every module of a tenant with its calls in flight and its slots, by id. */
    moduleLoads: (tenantId: string) => ModuleLoad[]
  }) {
    this.#moduleLoads = options.moduleLoads
    this.#store = options.store
    this.#clock = options.clock
    this.#workers = options.workers
    this.#capacity = options.capacity
    this.#pauses = options.pauses
    this.#retryBudget = options.retryBudget
  }

  /** A lease ended: its first wait and each of its calls are counted. */
  observe(end: LeaseEnd): void {
    const { tenantId, type } = end.task
    const [first] = end.attempts
    const ofType = workOf(this.#types, tenantId, type)
    const firstWaitMs = first && end.task.attempts === 0 ? first.dispatchedAt - end.task.enqueuedAt : null
    if (firstWaitMs !== null) {
      windowOf(this.#waits, tenantId).record(end.at, firstWaitMs)
      ofType.waited(end.at, firstWaitMs)
    }
    for (const attempt of end.attempts) {
      const runMs = attempt.endedAt - attempt.dispatchedAt
      windowOf(this.#runs, tenantId).record(end.at, runMs)
      ofType.ran(end.at, runMs)
      this.traffic.observe(tenantId, attempt.moduleId, type, end.at, runMs)
      const ofModule = workOf(this.#modules, tenantId, attempt.moduleId)
      if (attempt === first && firstWaitMs !== null) ofModule.waited(end.at, firstWaitMs)
      ofModule.ran(end.at, runMs)
      if (attempt.outcome !== 'cancelled') ofModule.ended(end.at, attempt.outcome === 'succeeded')
    }
    const status = end.next.kind === 'end' ? end.next.status : null
    if (status === 'succeeded' || status === 'failed') ofType.ended(end.at, status === 'succeeded')
  }

  /** The same with how each type and each module goes. */
  async detail(tenantId: string): Promise<QueueStatsDetail> {
    const stats = await this.stats(tenantId)
    const now = this.#clock.now()
    const types = new Map(stats.byType.map(entry => [entry.type, entry]))
    for (const type of this.#types.get(tenantId)?.keys() ?? []) {
      if (!types.has(type)) types.set(type, { type, ready: 0, running: 0 })
    }
    return {
      ...stats,
      types: [...types.values()].map(entry => ({ ...entry, ...workOf(this.#types, tenantId, entry.type).stats(now) })),
      modules: this.#moduleLoads(tenantId).map(load => ({
        ...load,
        utilization: load.capacity === 0 ? 0 : load.running / load.capacity,
        ...workOf(this.#modules, tenantId, load.moduleId).stats(now),
      })),
    }
  }

  counts(tenantId: string): Promise<QueueCounts> {
    const now = this.#clock.now()
    const known = this.#counts.get(tenantId)
    if (known && now - known.at < countsMaxAgeMs) return known.counts
    const counts = this.#store.counts(tenantId)
    this.#counts.set(tenantId, { at: now, counts })
    counts.catch(() => this.#counts.delete(tenantId))
    return counts
  }

  async stats(tenantId: string): Promise<QueueStats> {
    const [counts, totals] = await Promise.all([this.counts(tenantId), this.#store.totals(tenantId)])
    const now = this.#clock.now()
    const { running, concurrency } = this.#workers
    return {
      size: counts.ready + counts.scheduled + counts.blocked,
      ready: counts.ready,
      scheduled: counts.scheduled,
      blocked: counts.blocked,
      running: counts.running,
      succeeded: totals.succeeded,
      failed: totals.failed,
      cancelled: totals.cancelled,
      expired: totals.expired,
      byPriority: Array.from({ length: 10 }, (_, index) => {
        const found = counts.byPriority.find(entry => entry.priority === index + 1)
        return found ?? { priority: index + 1, ready: 0, running: 0 }
      }),
      byType: mergeTypes(counts),
      oldestReadyAt: counts.oldestReadyAt === null ? null : new Date(counts.oldestReadyAt).toISOString(),
      workers: { busy: running, total: concurrency, utilization: running / concurrency },
      wait: windowOf(this.#waits, tenantId).stats(now),
      run: windowOf(this.#runs, tenantId).stats(now),
      capacity: this.#capacity,
      pauses: this.#pauses.list(tenantId),
      retryBudgets: this.#retryBudget.views(tenantId),
    }
  }
}

function mergeTypes(counts: QueueCounts): QueueStats['byType'] {
  const byType = new Map<string, { type: string; ready: number; running: number }>()
  for (const { type, ready, running } of counts.byType) {
    const entry = byType.get(type) ?? { type, ready: 0, running: 0 }
    entry.ready += ready
    entry.running += running
    byType.set(type, entry)
  }
  return [...byType.values()].sort((a, b) => b.ready + b.running - (a.ready + a.running))
}

function workOf(windows: Map<string, Map<string, WorkWindow>>, tenantId: string, key: string): WorkWindow {
  let ofTenant = windows.get(tenantId)
  if (!ofTenant) {
    ofTenant = new Map()
    windows.set(tenantId, ofTenant)
  }
  let window = ofTenant.get(key)
  if (!window) {
    window = new WorkWindow()
    ofTenant.set(key, window)
  }
  return window
}

function windowOf(windows: Map<string, DurationWindow>, tenantId: string): DurationWindow {
  let window = windows.get(tenantId)
  if (!window) {
    window = new DurationWindow()
    windows.set(tenantId, window)
  }
  return window
}
