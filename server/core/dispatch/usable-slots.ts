import type { InstanceKey, InstanceLoads } from '../balancing/load-table.ts'
import type { HealthBoard } from '../health/health-board.ts'
import type { BreakerBoard } from '../resilience/breaker-board.ts'
import type { Dispatcher } from './dispatcher.ts'

export interface UsableSlotsSources {
  load: InstanceLoads
  health: Pick<HealthBoard, 'instance'>
  breakers: Pick<BreakerBoard, 'state'>
  dispatcher: Pick<Dispatcher, 'running' | 'concurrency' | 'isStopping'>
}

/**
 * The most of an instance's capacity that this replica could use now: what it has in flight, and nothing more while it stops
 * or finds the instance unhealthy; one call while its breaker is not closed; else as many as it has free workers.
 */
export function usableSlots(key: InstanceKey, capacity: number, sources: UsableSlotsSources): number {
  const { load, health, breakers, dispatcher } = sources
  const { inFlight } = load.of(key)
  if (dispatcher.isStopping) return inFlight
  if (health.instance(key.tenantId, key.moduleId, key.instanceId).state === 'unhealthy') return inFlight
  if (breakers.state(key) !== 'closed') return Math.max(inFlight, 1)
  return Math.min(capacity, inFlight + Math.max(0, dispatcher.concurrency - dispatcher.running))
}
