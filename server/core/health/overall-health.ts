import type { HealthBand, HealthMember, HealthSummary } from '../../contracts/health.ts'
import type { Clock } from '../shared/clock.ts'
import { bandOf, belowThreshold, breakdownOf, overallScore, roundScore, weightedMean } from './aggregate.ts'
import type { HealthPointRecord, HealthStore } from './health-store.ts'

/** Members strictly below this are named in the summary. */
const unhealthyThreshold = 80
/** A band read from the history goes on only when its last point is as young as this; else we do not know what was between. */
const continuousMs = 5 * 60_000

/** After a start the standing taken from the history is held this long, until the first checks have said how things are. */
const settlingMs = 10_000

interface Standing {
  status: HealthBand
  since: number
  heldUntil: number
}

/** The scores of the two sides of a tenant; null when there is nothing on that side. */
export interface Sides {
  systems: number | null
  modules: number | null
}

export interface OverallHealthOptions {
  clock: Clock
  /** All members of a tenant as they are now; disabled ones with weight 0. */
  members: (tenantId: string) => { systems: readonly HealthMember[]; modules: HealthMember[] }
  /** Their weighted means alone, for the many times when nobody looks at the members. */
  sides: (tenantId: string) => Sides
  /** Told when the band changed; not for the first band of a tenant. */
  onBandChanged: (point: HealthPointRecord, from: HealthBand) => void
}

/** The one score of each tenant: 60 % systems and 40 % modules, its band, and since when it is in it. */
export class OverallHealth {
  readonly #options: OverallHealthOptions
  readonly #standings = new Map<string, Standing>()

  constructor(options: OverallHealthOptions) {
    this.#options = options
  }

  /** Takes up the standing that the history ends with, so that `since` survives a restart. */
  async resume(tenantId: string, store: HealthStore): Promise<void> {
    const standing = await store.standing(tenantId)
    if (standing === null || this.#standings.has(tenantId)) return
    const now = this.#options.clock.now()
    if (now - standing.lastAt > continuousMs) return
    this.#standings.set(tenantId, { status: standing.status, since: standing.since, heldUntil: now + settlingMs })
  }

  /** Works the score out anew, tells when its band changed, and gives it as a point of the history. */
  evaluate(tenantId: string): HealthPointRecord {
    return this.#evaluate(tenantId, this.#options.sides(tenantId))
  }

  summary(tenantId: string): HealthSummary {
    const { systems, modules } = this.#options.members(tenantId)
    const point = this.#evaluate(tenantId, { systems: weightedMean(systems), modules: weightedMean(modules) })
    const standing = this.#standings.get(tenantId)
    const all = [...systems, ...modules]
    return {
      score: point.score,
      status: point.status,
      since: new Date(standing?.status === point.status ? standing.since : point.at).toISOString(),
      systems: { score: point.systems, members: [...systems] },
      modules: { score: point.modules, members: modules },
      breakdown: breakdownOf(all),
      unhealthy: belowThreshold(all, unhealthyThreshold),
    }
  }

  #evaluate(tenantId: string, sides: Sides): HealthPointRecord {
    const at = this.#options.clock.now()
    const score = overallScore(sides.systems, sides.modules)
    const status = bandOf(score)
    const point = { tenantId, at, score, status, systems: rounded(sides.systems), modules: rounded(sides.modules) }
    const before = this.#standings.get(tenantId)
    if (before?.status === status || (before && at < before.heldUntil)) return point
    this.#standings.set(tenantId, { status, since: at, heldUntil: at })
    if (before) this.#options.onBandChanged(point, before.status)
    return point
  }
}

function rounded(score: number | null): number | null {
  return score === null ? null : roundScore(score)
}
