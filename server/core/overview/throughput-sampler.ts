import type { ThroughputPoint } from '../../contracts/stats.ts'
import type { TaskTotals } from '../queue/task-store.ts'
import type { Clock } from '../shared/clock.ts'
import type { Logger } from '../shared/logger.ts'

const sampleMs = 1_000
const keptPoints = 120

interface Series {
  last: { at: number; totals: TaskTotals } | null
  /** Times in ms since the epoch. */
  points: (Omit<ThroughputPoint, 'at'> & { at: number })[]
}

/**
 * Accepted and ended tasks per second over the last two minutes, as differences of the running totals in the store: so they
 * hold for the whole fleet whichever replica did the work.
 */
export class ThroughputSampler {
  readonly #read: (tenantId: string) => Promise<TaskTotals>
  readonly #tenants: () => readonly string[]
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #series = new Map<string, Series>()
  #cancel: (() => void) | null = null
  #stopped = false

  constructor(options: {
    read: (tenantId: string) => Promise<TaskTotals>
    tenants: () => readonly string[]
    clock: Clock
    logger: Logger
  }) {
    this.#read = options.read
    this.#tenants = options.tenants
    this.#clock = options.clock
    this.#logger = options.logger
  }

  start(): void {
    this.#schedule()
  }

  stop(): void {
    this.#stopped = true
    this.#cancel?.()
  }

  /** Oldest first, one per second. */
  points(tenantId: string): ThroughputPoint[] {
    const points = this.#series.get(tenantId)?.points ?? []
    return points.map(point => ({ ...point, at: new Date(point.at).toISOString() }))
  }

  /** The newest totals; null before the first sample. */
  totals(tenantId: string): TaskTotals | null {
    return this.#series.get(tenantId)?.last?.totals ?? null
  }

  #schedule(): void {
    if (this.#stopped) return
    const toNextMs = sampleMs - (this.#clock.now() % sampleMs)
    // Timers may run some milliseconds early; what is nearly a full second counts as one.
    const delayMs = toNextMs < sampleMs / 2 ? toNextMs + sampleMs : toNextMs
    this.#cancel = this.#clock.setTimer(delayMs, () => {
      Promise.all(this.#tenants().map(tenantId => this.#sample(tenantId)))
        .catch(error => this.#logger.debug({ error }, 'throughput could not be sampled'))
        .finally(() => this.#schedule())
    })
  }

  async #sample(tenantId: string): Promise<void> {
    const totals = await this.#read(tenantId)
    const at = this.#clock.now()
    const series = this.#series.get(tenantId) ?? { last: null, points: [] }
    this.#series.set(tenantId, series)
    if (series.last) {
      const seconds = Math.max(0.5, (at - series.last.at) / 1_000)
      const before = series.last.totals
      series.points.push({
        at,
        accepted: (totals.accepted - before.accepted) / seconds,
        succeeded: (totals.succeeded - before.succeeded) / seconds,
        failed: (totals.failed - before.failed) / seconds,
      })
      if (series.points.length > keptPoints) series.points.shift()
    }
    series.last = { at, totals }
  }
}
