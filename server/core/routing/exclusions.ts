import type { ExclusionCode } from '../../contracts/decisions.ts'
import type { ModuleRecord } from '../registry/module-record.ts'
import type { PlannedModule } from './route-plan.ts'
import type { RouteRequest } from './task-router.ts'

/** Each exclusion in words that follow "skipped:". */
const texts: Record<ExclusionCode, string> = {
  module_disabled: 'disabled',
  module_unhealthy: 'unhealthy',
  instance_unhealthy: 'unhealthy',
  instance_full: 'full',
  instance_draining: 'draining',
  breaker_open: 'breaker open',
  pinned_elsewhere: 'the task is pinned to another module',
  already_failed: 'already failed this task',
  no_instance: 'no instance',
}

/** Why a whole module is out of the question for a request, whatever its instances do; null when it is not. */
export function moduleExclusion(module: ModuleRecord, request: RouteRequest): ExclusionCode | null {
  if (!module.enabled) return 'module_disabled'
  if (request.pinnedModuleId !== null && request.pinnedModuleId !== module.id) return 'pinned_elsewhere'
  if (request.failedModuleIds.includes(module.id)) return 'already_failed'
  return module.instances.length === 0 ? 'no_instance' : null
}

/** Why nothing of a module can be chosen, in words: `breaker open`, or `2 full, 1 unhealthy` when its instances differ. */
export function describeExclusion({ module, pool }: PlannedModule, request: RouteRequest): string {
  const code = moduleExclusion(module, request)
  if (code !== null) return texts[code]
  const counts = new Map<string, number>()
  for (const member of pool.members) {
    const excluded = member.exclusion()
    if (excluded !== null) counts.set(texts[excluded], (counts.get(texts[excluded]) ?? 0) + 1)
  }
  if (counts.size === 1) return [...counts.keys()].join()
  return [...counts].map(([text, count]) => `${count} ${text}`).join(', ')
}
