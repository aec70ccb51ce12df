import type { HealthState, ModuleSummary } from '#server/contracts/modules.ts'

/** States of health in the order of their gravity. */
export const healthOrder = ['unhealthy', 'degraded', 'unknown', 'healthy'] as const satisfies readonly HealthState[]

export const enablements = ['enabled', 'disabled'] as const
export type Enablement = (typeof enablements)[number]

/** Which modules a list shows; null or empty means all. */
export interface ModuleFilter {
  q: string
  state: Enablement | null
  health: readonly HealthState[]
  category: string | null
  owner: string | null
}

/** The modules that match all of the filter; text is looked for in name, id, category, owner and task types. */
export function filterModules(modules: readonly ModuleSummary[], filter: ModuleFilter): ModuleSummary[] {
  const words = filter.q.trim().toLowerCase().split(/\s+/).filter(Boolean)
  return modules.filter(module => {
    if (filter.state !== null && module.enabled !== (filter.state === 'enabled')) return false
    // The health of a disabled module is of no concern to anybody who looks for ill ones.
    if (filter.health.length > 0 && !(module.enabled && filter.health.includes(module.health))) return false
    if (filter.category !== null && module.category !== filter.category) return false
    if (filter.owner !== null && module.owner !== filter.owner) return false
    return words.every(word => textOf(module).includes(word))
  })
}

function textOf({ id, name, category, owner, capabilities }: ModuleSummary): string {
  return [id, name, category, owner ?? '', ...capabilities.map(({ type }) => type)].join('\n').toLowerCase()
}

/** What a set of modules comes to. Health, breakers, load and cost are those of the enabled ones. */
export interface FleetTotals {
  modules: number
  enabled: number
  disabled: number
  byHealth: Record<HealthState, number>
  breakersNotClosed: number
  inFlight: number
  capacity: number
  callsPerMinute: number
  calls: number
  failures: number
  costPerHourUsd: number
}

export function totalsOf(modules: readonly ModuleSummary[]): FleetTotals {
  const totals: FleetTotals = {
    modules: modules.length,
    enabled: 0,
    disabled: 0,
    byHealth: { healthy: 0, degraded: 0, unhealthy: 0, unknown: 0 },
    breakersNotClosed: 0,
    inFlight: 0,
    capacity: 0,
    callsPerMinute: 0,
    calls: 0,
    failures: 0,
    costPerHourUsd: 0,
  }
  for (const module of modules) {
    totals.calls += module.recent.calls
    totals.failures += module.recent.failures
    totals.callsPerMinute += module.recent.callsPerMinute
    if (!module.enabled) {
      totals.disabled += 1
      continue
    }
    totals.enabled += 1
    totals.byHealth[module.health] += 1
    totals.inFlight += module.inFlight
    totals.capacity += module.capacity
    totals.costPerHourUsd += module.costPerHourUsd
    if (module.breaker !== 'closed') totals.breakersNotClosed += 1
  }
  return totals
}

/** Categories there are, by name, with how many modules each has. */
export function countCategories(modules: readonly ModuleSummary[]): { category: string; count: number }[] {
  const counts = new Map<string, number>()
  for (const { category } of modules) counts.set(category, (counts.get(category) ?? 0) + 1)
  return [...counts]
    .map(([category, count]) => ({ category, count }))
    .sort((a, b) => a.category.localeCompare(b.category))
}

/** Owners there are, by name, with how many modules each has. */
export function countOwners(modules: readonly ModuleSummary[]): { owner: string; count: number }[] {
  const owned = Map.groupBy(modules, module => module.owner)
  return [...owned]
    .flatMap(([owner, { length: count }]) => (owner === null ? [] : [{ owner, count }]))
    .sort((a, b) => a.owner.localeCompare(b.owner))
}

/** A row of a grouped list: the head of a category, or one of its modules. */
export type ModuleRow =
  | { kind: 'category'; category: string; totals: FleetTotals }
  | { kind: 'module'; module: ModuleSummary }

/** The modules under the heads of their categories, which are in order of name; within one the given order is kept. */
export function groupByCategory(modules: readonly ModuleSummary[]): ModuleRow[] {
  const groups = Map.groupBy(modules, module => module.category)
  return [...groups]
    .sort(([a], [b]) => a.localeCompare(b))
    .flatMap(([category, members]): ModuleRow[] => [
      { kind: 'category', category, totals: totalsOf(members) },
      ...members.map(module => ({ kind: 'module' as const, module })),
    ])
}
