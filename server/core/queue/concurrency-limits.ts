import type { QueuePolicy } from './priority.ts'

/** Which place this replica has among those that run now, for dividing what all of them share. */
export interface FleetPlace {
  /** From 0. */
  place: number
  of: number
}

/**
 * How many calls may be in flight by the queue policy, as far as this replica goes: each limit is divided among the replicas
 * that run, so that together they keep it without asking each other. While replicas come or go it may be exceeded by what was
 * started before. Null is no limit.
 */
export class ConcurrencyLimits {
  readonly #policyOf: (tenantId: string) => QueuePolicy
  readonly #fleet: () => FleetPlace

  constructor(options: { policyOf: (tenantId: string) => QueuePolicy; fleet: () => FleetPlace }) {
    this.#policyOf = options.policyOf
    this.#fleet = options.fleet
  }

  ofTenant(tenantId: string): number | null {
    return this.#share(this.#policyOf(tenantId).tenantLimit)
  }

  ofType(tenantId: string, taskType: string): number | null {
    return this.#share(entryOf(this.#policyOf(tenantId).typeLimits, taskType))
  }

  ofModule(tenantId: string, moduleId: string): number | null {
    return this.#share(entryOf(this.#policyOf(tenantId).moduleLimits, moduleId))
  }

  #share(limit: number | null): number | null {
    if (limit === null) return null
    const { place, of } = this.#fleet()
    return Math.floor(limit / of) + (place < limit % of ? 1 : 0)
  }
}

function entryOf(map: Readonly<Record<string, number>>, key: string): number | null {
  return Object.hasOwn(map, key) ? (map[key] ?? null) : null
}
