import type { LoadTable } from '../balancing/load-table.ts'
import type { HealthBoard } from '../health/health-board.ts'
import type { QueuePolicy } from '../queue/priority.ts'
import type { InstanceRecord, ModuleRecord } from '../registry/module-record.ts'
import type { BreakerBoard } from '../resilience/breaker-board.ts'

export interface CapacitySources {
  health: Pick<HealthBoard, 'instance'>
  breakers: Pick<BreakerBoard, 'state'>
  load: Pick<LoadTable, 'inFlight'>
  pauses: { isModulePaused(tenantId: string, moduleId: string): boolean }
  policyOf: (tenantId: string) => Pick<QueuePolicy, 'moduleLimits'>
}

/** Calls that an instance can work on at once as things are: none while it is out, unhealthy or cut off by its breaker. */
export function instanceSlots(module: ModuleRecord, instance: InstanceRecord, sources: CapacitySources): number {
  const { tenantId } = module
  const key = { tenantId, moduleId: module.id, instanceId: instance.id }
  if (instance.out !== null || sources.breakers.state(key) === 'open') return 0
  return sources.health.instance(tenantId, module.id, instance.id).state === 'unhealthy' ? 0 : instance.capacity
}

/** Calls that a module can work on at once as things are, over all replicas. */
export function moduleSlots(module: ModuleRecord, sources: CapacitySources): number {
  const { tenantId, id } = module
  if (!module.enabled || sources.pauses.isModulePaused(tenantId, id)) return 0
  const sum = module.instances.reduce((total, instance) => total + instanceSlots(module, instance, sources), 0)
  const { moduleLimits } = sources.policyOf(tenantId)
  return Object.hasOwn(moduleLimits, id) ? Math.min(sum, moduleLimits[id] ?? sum) : sum
}

/** Its calls under way, from all replicas. */
export function moduleInFlight({ tenantId, id: moduleId, instances }: ModuleRecord, { load }: CapacitySources): number {
  return instances.reduce((sum, { id: instanceId }) => sum + load.inFlight({ tenantId, moduleId, instanceId }), 0)
}
