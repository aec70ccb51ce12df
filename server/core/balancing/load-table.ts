import type { Clock } from '../shared/clock.ts'
import { InstanceLoad } from './instance-load.ts'

/** One instance across tenants and modules. */
export interface InstanceKey {
  tenantId: string
  moduleId: string
  instanceId: string
}

/** What is in flight on each instance, and how it answered lately. */
export interface LoadTable {
  /** From all replicas; what others have is as of their last rounds of sharing, a second ago or two. */
  inFlight(key: InstanceKey): number
  /** Exponentially weighted mean of recent successful calls in ms; null before the first. */
  latencyMs(key: InstanceKey): number | null
  /** Takes one slot; `release` gives it back exactly once however often it is called. */
  acquire(key: InstanceKey): { release(result: { ok: boolean; durationMs: number } | null): void }
  /** Since start: calls that were begun, and how those that taught something ended. */
  totals(key: InstanceKey): { calls: number; successes: number; failures: number }
}

/** The load table with what only the balancer needs of it. */
export interface InstanceLoads extends LoadTable {
  /** The live load of one instance, made on first use; the same object until `retain` drops it. */
  of(key: InstanceKey): InstanceLoad
  /** What an instance that is new to this replica may be given: nothing, or all it takes (null). */
  shareByDefault(share: 0 | null): void
  /** Drops what a module's other instances left behind. One with calls in flight is kept until a later call. */
  retain(tenantId: string, moduleId: string, instanceIds: ReadonlySet<string>): void
}

/** Makes the load table of one replica; it is in memory only and starts empty. */
export function createLoadTable(options: { clock: Clock }): InstanceLoads {
  const now = () => options.clock.now()
  let shareByDefault: 0 | null = null
  const tenants = new Map<string, Map<string, Map<string, InstanceLoad>>>()
  const find = (key: InstanceKey) => tenants.get(key.tenantId)?.get(key.moduleId)?.get(key.instanceId)
  const of = (key: InstanceKey): InstanceLoad => {
    const found = find(key)
    if (found) return found
    const modules = getOrAdd(tenants, key.tenantId, () => new Map<string, Map<string, InstanceLoad>>())
    const instances = getOrAdd(modules, key.moduleId, () => new Map<string, InstanceLoad>())
    return getOrAdd(instances, key.instanceId, () => new InstanceLoad(shareByDefault))
  }
  return {
    of,
    inFlight(key) {
      const load = find(key)
      return load ? load.inFlight + load.elsewhere : 0
    },
    latencyMs: key => find(key)?.latencyMs ?? null,
    acquire: key => of(key).take(now, false),
    totals(key) {
      const load = find(key)
      return { calls: load?.calls ?? 0, successes: load?.successes ?? 0, failures: load?.failures ?? 0 }
    },
    shareByDefault(share) {
      shareByDefault = share
    },
    retain(tenantId, moduleId, instanceIds) {
      const modules = tenants.get(tenantId)
      const instances = modules?.get(moduleId)
      if (!modules || !instances) return
      for (const [id, load] of instances) {
        if (!instanceIds.has(id) && load.inFlight === 0) instances.delete(id)
      }
      if (instances.size === 0) modules.delete(moduleId)
    },
  }
}

function getOrAdd<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key)
  if (value === undefined) {
    value = make()
    map.set(key, value)
  }
  return value
}
