import type { BalancerStats } from '../../contracts/stats.ts'
import type { HealthBoard } from '../health/health-board.ts'
import type { ModuleCatalog, ModuleRecord } from '../registry/module-record.ts'
import type { Clock } from '../shared/clock.ts'
import { jainIndex } from './fairness.ts'
import type { InstanceLoads } from './load-table.ts'
import { slowStartShare } from './slow-start.ts'

export interface BalancerStatsSources {
  catalog: Pick<ModuleCatalog, 'list'>
  health: Pick<HealthBoard, 'instance'>
  load: InstanceLoads
  clock: Clock
}

/**
 * How calls are spread over the instances of a tenant. Calls in flight are those of all replicas; the rest is as this replica
 * sees it. The totals are of enabled modules without
 * instances out of rotation, the list is of all. `calls` counts since start; `share` and `fairness` are of recent calls (each halved every five minutes), so
 * that an instance that joined late is not called unfair for ever.
 */
export function readBalancerStats(tenantId: string, sources: BalancerStatsSources): BalancerStats {
  const now = sources.clock.now()
  const modules = sources.catalog.list(tenantId)
  const totals = { instances: 0, healthy: 0, capacity: 0, inFlight: 0 }
  for (const module of modules) {
    if (!module.enabled) continue
    for (const instance of module.instances) {
      if (instance.out !== null) continue
      totals.instances += 1
      totals.capacity += instance.capacity
      totals.inFlight += sources.load.inFlight({ tenantId, moduleId: module.id, instanceId: instance.id })
      if (sources.health.instance(tenantId, module.id, instance.id).state === 'healthy') totals.healthy += 1
    }
  }
  return {
    ...totals,
    utilization: totals.capacity === 0 ? 0 : totals.inFlight / totals.capacity,
    modules: modules.map(module => spreadOf(module, sources.load, now)),
  }
}

/** How recent calls of one module are spread over its instances. Those out of rotation count neither way for fairness. */
export function spreadOf(module: ModuleRecord, loads: InstanceLoads, now: number): BalancerStats['modules'][number] {
  const rows = module.instances.map(instance => {
    const load = loads.of({ tenantId: module.tenantId, moduleId: module.id, instanceId: instance.id })
    return { instance, load, recentCalls: load.recentCalls(now) }
  })
  const recentTotal = rows.reduce((sum, row) => sum + row.recentCalls, 0)
  return {
    moduleId: module.id,
    strategy: module.strategy,
    fairness: jainIndex(
      rows.filter(row => row.instance.out === null).map(row => row.recentCalls / dueShare(module, row.instance)),
    ),
    instances: rows.map(({ instance, load, recentCalls }) => ({
      instanceId: instance.id,
      inFlight: load.inFlight + load.elsewhere,
      capacity: instance.capacity,
      calls: load.calls,
      share: recentTotal === 0 ? 0 : recentCalls / recentTotal,
      ramp: slowStartShare(now - instance.inRotationSince),
    })),
  }
}

/** What an instance's calls are compared with: its weight where the strategy goes by weights, else its capacity. */
function dueShare(module: ModuleRecord, instance: { capacity: number; weight: number }): number {
  return module.strategy === 'weighted' ? instance.weight : instance.capacity
}
