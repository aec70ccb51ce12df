import type { RoutingStats } from '../../contracts/stats.ts'

interface Counts {
  routes: number
  fallbacks: number
  unroutable: number
}

interface Counters extends Counts {
  byModule: Map<string, number>
  byType: Map<string, Counts>
}

/** What was routed, as far as it is counted by. */
interface Routed {
  tenantId: string
  taskType: string
}

const nothing: Counts = { routes: 0, fallbacks: 0, unroutable: 0 }

/** Counts of one replica's routing since start, per tenant. */
export class RoutingCounters {
  readonly #tenants = new Map<string, Counters>()

  /** A task was routed; `isFallback` when its best service had failed it or could take nothing. */
  countRoute({ tenantId, taskType }: Routed, moduleId: string, isFallback: boolean): void {
    const counters = this.#of(tenantId)
    counters.byModule.set(moduleId, (counters.byModule.get(moduleId) ?? 0) + 1)
    for (const counts of [counters, typeOf(counters, taskType)]) {
      counts.routes += 1
      if (isFallback) counts.fallbacks += 1
    }
  }

  countUnroutable({ tenantId, taskType }: Routed): void {
    const counters = this.#of(tenantId)
    for (const counts of [counters, typeOf(counters, taskType)]) counts.unroutable += 1
  }

  read(tenantId: string): RoutingStats {
    const { routes, byModule, byType, fallbacks, unroutable } = this.#of(tenantId)
    return {
      totalRoutes: routes,
      serviceDistribution: Object.fromEntries(byModule),
      fallbacks,
      fallbackRate: fallbackRate(routes, fallbacks),
      unroutable,
      types: [...byType]
        .map(([type, counts]) => ({ type, ...counts, fallbackRate: fallbackRate(counts.routes, counts.fallbacks) }))
        .sort((a, b) => b.routes - a.routes || (a.type < b.type ? -1 : 1)),
    }
  }

  #of(tenantId: string): Counters {
    let counters = this.#tenants.get(tenantId)
    if (!counters) {
      counters = { ...nothing, byModule: new Map(), byType: new Map() }
      this.#tenants.set(tenantId, counters)
    }
    return counters
  }
}

function typeOf({ byType }: Counters, taskType: string): Counts {
  let counts = byType.get(taskType)
  if (!counts) {
    counts = { ...nothing }
    byType.set(taskType, counts)
  }
  return counts
}

function fallbackRate(routes: number, fallbacks: number): number {
  return routes === 0 ? 0 : fallbacks / routes
}
