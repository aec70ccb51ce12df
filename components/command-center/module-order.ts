import type { HealthState, ModuleSummary } from '#server/contracts/modules.ts'

const gravity: Record<HealthState, number> = { unhealthy: 0, degraded: 2, unknown: 3, healthy: 4 }

function rankOf(module: Pick<ModuleSummary, 'enabled' | 'health' | 'breaker'>): number {
  if (!module.enabled) return 5
  const byBreaker = module.breaker === 'open' ? 0 : module.breaker === 'half_open' ? 1 : 4
  return Math.min(gravity[module.health], byBreaker)
}

/** What needs a look first, disabled ones last, else by name; steps only, so that a live table keeps still. */
export function sortModules<Module extends Pick<ModuleSummary, 'enabled' | 'health' | 'breaker' | 'name'>>(
  modules: readonly Module[],
): Module[] {
  return modules.toSorted((a, b) => rankOf(a) - rankOf(b) || a.name.localeCompare(b.name))
}
