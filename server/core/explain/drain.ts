import type { ModuleFacts, Situation } from './situation.ts'

/** How fast the tasks before a task are started, and what that stands on; 0 when nobody can say. */
export interface Drain {
  perSecond: number
  basis: string
}

/** As measured over the last minute; when nothing was started, from the slots of its modules and learned durations. */
export function drainOf({ startsPerSecond, modules, task }: Situation): Drain {
  if (startsPerSecond > 0) {
    return { perSecond: startsPerSecond, basis: `${rate(startsPerSecond)} were started in the last minute` }
  }
  const perSecond = modules.reduce((sum, module) => sum + capacityOf(module, task.estimatedComplexity), 0)
  if (perSecond > 0) return { perSecond, basis: `${rate(perSecond)} can be done by learned durations and free slots` }
  return { perSecond: 0, basis: 'unknown when, because none of this kind has been carried out yet' }
}

/** Tasks a second that a module carries out with all its slots in use; 0 when it is closed or nothing is known of it. */
function capacityOf({ record, instances, limit, meanMs }: ModuleFacts, complexity: number): number {
  if (!record.enabled || meanMs === null || meanMs <= 0) return 0
  const callable = instances.filter(({ health, isAdmitted }) => health.state !== 'unhealthy' && isAdmitted)
  const slots = callable.reduce((sum, instance) => sum + instance.record.capacity, 0)
  return (Math.min(slots, limit ?? slots) * 1_000) / (meanMs * complexity)
}

function rate(perSecond: number): string {
  if (perSecond >= 1) return `${perSecond.toFixed(1)} a second`
  return `${(perSecond * 60).toFixed(1)} a minute`
}
