import type { RoutingStats } from '../../contracts/stats.ts'

interface Counters {
  routes: number
  byModule: Map<string, number>
  fallbacks: number
  unroutable: number
}

/** Counts of one replica's routing since start, per tenant. */
export class RoutingCounters {
  readonly #tenants = new Map<string, Counters>()

  /** A task was routed; `isFallback` when its best service had failed it or could take nothing. */
  countRoute(tenantId: string, moduleId: string, isFallback: boolean): void {
    const counters = this.#of(tenantId)
    counters.routes += 1
    counters.byModule.set(moduleId, (counters.byModule.get(moduleId) ?? 0) + 1)
    if (isFallback) counters.fallbacks += 1
  }

  countUnroutable(tenantId: string): void {
    this.#of(tenantId).unroutable += 1
  }

  read(tenantId: string): RoutingStats {
    const { routes, byModule, fallbacks, unroutable } = this.#of(tenantId)
    return {
      totalRoutes: routes,
      serviceDistribution: Object.fromEntries(byModule),
      fallbacks,
      fallbackRate: routes === 0 ? 0 : fallbacks / routes,
      unroutable,
    }
  }

  #of(tenantId: string): Counters {
    let counters = this.#tenants.get(tenantId)
    if (!counters) {
      counters = { routes: 0, byModule: new Map(), fallbacks: 0, unroutable: 0 }
      this.#tenants.set(tenantId, counters)
    }
    return counters
  }
}
