import type { ModuleImpact } from '../../contracts/modules.ts'
import { enabledDependants, enabledDependantsTransitively, enableOrder } from './dependency-graph.ts'
import type { ModuleCatalog, ModuleRecord } from './module-record.ts'

/** Live tasks per lane, that is per task type and pinned module. */
export interface TaskCounts {
  byType(
    tenantId: string,
  ): Promise<readonly { type: string; ready: number; running: number; pinnedModuleId: string | null }[]>
}

/** What enabling or disabling a module would touch. `inFlight` is the number of calls it works on for this replica. */
export async function impactOf(
  module: ModuleRecord,
  catalog: ModuleCatalog,
  tasks: TaskCounts,
  inFlight: number,
): Promise<ModuleImpact> {
  const { tenantId, id, enabled } = module
  const modules = new Map(catalog.list(tenantId).map(each => [each.id, each]))
  const routes = enabled ? module.capabilities.map(({ type }) => ({ type, by: othersFor(module, type, catalog) })) : []
  const onlyHere = new Set(routes.filter(route => route.by.length === 0).map(route => route.type))
  const types = new Set(module.capabilities.map(capability => capability.type))
  const lanes = (await tasks.byType(tenantId)).filter(
    lane => types.has(lane.type) && (lane.pinnedModuleId === null || lane.pinnedModuleId === id),
  )
  const runningHere = lanes.filter(lane => lane.pinnedModuleId === id || onlyHere.has(lane.type))
  return {
    id,
    enabled,
    requiredBy: enabledDependants(modules, id),
    requiredByTransitively: enabledDependantsTransitively(modules, id),
    enableOrder: enableOrder(modules, id),
    typesLeftWithoutRoute: [...onlyHere],
    typesTakenOver: routes.filter(route => route.by.length > 0),
    queuedTasks: lanes.reduce((count, lane) => count + lane.ready, 0),
    // What only it can run is counted on all replicas; what others share with it, by the calls under way from here.
    runningTasks: Math.max(
      inFlight,
      runningHere.reduce((count, lane) => count + lane.running, 0),
    ),
  }
}

function othersFor(module: ModuleRecord, type: string, catalog: ModuleCatalog): string[] {
  return catalog
    .capableOf(module.tenantId, type)
    .filter(other => other.id !== module.id && other.enabled)
    .map(other => other.id)
}
