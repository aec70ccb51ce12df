import type { HealthPoint } from '../../contracts/health.ts'
import type { Clock } from '../shared/clock.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import type { Logger } from '../shared/logger.ts'
import type { HealthPointRecord, HealthStore } from './health-store.ts'

const dayMs = 86_400_000
const retentionMs = 30 * dayMs
const retentionIntervalMs = 3_600_000
const maxPoints = 120
/** Two hours of points of one tenant, should the database be away for so long. */
const maxPending = 240

export interface HealthHistoryOptions {
  store: HealthStore
  clock: Clock
  logger: Logger
}

/** Keeps points of overall health for 30 days. What cannot be written now is kept and written with the next point. */
export class HealthHistory {
  readonly #options: HealthHistoryOptions
  #pending: HealthPointRecord[] = []
  #writing: Promise<void> | null = null
  #nextRetentionAt = 0

  constructor(options: HealthHistoryOptions) {
    this.#options = options
  }

  /** Never waits and never throws. */
  add(points: readonly HealthPointRecord[]): void {
    this.#pending = [...this.#pending, ...points].slice(-maxPending)
    this.#writing ??= this.#write().finally(() => {
      this.#writing = null
    })
  }

  /** Resolves when what was added before is written, or could not be. */
  async settled(): Promise<void> {
    await this.#writing
  }

  /** At most 120 points, the lowest of each span, oldest first; the last 24 hours unless told. Throws INVALID_INPUT. */
  async read(tenantId: string, range: { from?: string | undefined; to?: string | undefined }): Promise<HealthPoint[]> {
    const to = range.to === undefined ? this.#options.clock.now() : Date.parse(range.to)
    const from = range.from === undefined ? to - dayMs : Date.parse(range.from)
    if (from > to) {
      throw new QuarterdeckError('INVALID_INPUT', {
        message: 'The range of time ends before it begins.',
        action: 'Give a `from` that is not after `to`.',
        details: { from: new Date(from).toISOString(), to: new Date(to).toISOString() },
      })
    }
    const points = await this.#options.store.range(tenantId, from, to, maxPoints)
    return points.map(({ at, score, status }) => ({ at: new Date(at).toISOString(), score, status }))
  }

  async #write(): Promise<void> {
    const { store, clock, logger } = this.#options
    const writing = this.#pending
    try {
      await store.append(writing)
      this.#pending = this.#pending.filter(point => !writing.includes(point))
      if (clock.now() < this.#nextRetentionAt) return
      this.#nextRetentionAt = clock.now() + retentionIntervalMs
      await store.deleteBefore(clock.now() - retentionMs)
    } catch (error) {
      logger.warn({ error, pending: this.#pending.length }, 'The history of health could not be written')
    }
  }
}
