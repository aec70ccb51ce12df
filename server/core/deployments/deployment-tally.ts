import type { LoadTable } from '../balancing/load-table.ts'
import { isUnderWay, shareOf } from '../registry/deployment-state.ts'
import type { CatalogChange, ModuleCatalog, ModuleRecord } from '../registry/module-record.ts'
import type { TallyEntry } from './deployment-tally-store.ts'

interface Seen {
  successes: number
  failures: number
}

/**
 * Counts the calls that this replica makes of modules that are being deployed, by version and round. Reads what the balancer
 * counts anyway, so modules without a deployment cost nothing.
 */
export class DeploymentTally {
  readonly #load: Pick<LoadTable, 'totals'>
  readonly #modules = new Map<string, { module: ModuleRecord; seen: Map<string, Seen> }>()
  #pending = new Map<string, TallyEntry>()

  constructor(load: Pick<LoadTable, 'totals'>) {
    this.#load = load
  }

  /** Follows the registry from now on. Returns how to stop. */
  follow(catalog: Pick<ModuleCatalog, 'tenants' | 'list' | 'onChange'>): () => void {
    for (const tenantId of catalog.tenants()) for (const module of catalog.list(tenantId)) this.#take(module)
    return catalog.onChange(change => this.#changed(change))
  }

  /** Modules of which a deployment is under way. */
  modules(): ModuleRecord[] {
    return [...this.#modules.values()].map(({ module }) => module)
  }

  /** What has ended since the last time; it is not given twice. */
  take(): TallyEntry[] {
    for (const key of this.#modules.keys()) this.#count(key)
    const entries = [...this.#pending.values()]
    this.#pending = new Map()
    return entries
  }

  /** Takes back what could not be written. */
  putBack(entries: readonly TallyEntry[]): void {
    for (const entry of entries) this.#add(entry)
  }

  #changed({ tenantId, moduleId, before, after }: CatalogChange): void {
    const key = keyOf({ tenantId, id: moduleId })
    // What ended until now fell into the round before.
    this.#count(key)
    if (after === null) this.#modules.delete(key)
    else this.#take(after, before)
  }

  #take(module: ModuleRecord, before: ModuleRecord | null = null): void {
    const key = keyOf(module)
    if (module.deployment === null || !isUnderWay(module.deployment)) {
      this.#modules.delete(key)
      return
    }
    const known = this.#modules.get(key)?.seen
    const wasThere = new Set(before?.instances.map(({ id }) => id))
    const seen = new Map<string, Seen>()
    for (const { id } of module.instances) {
      // What an instance did before its module was being deployed is not counted; what it did before this replica knew it is none.
      seen.set(id, known?.get(id) ?? (wasThere.has(id) ? this.#countsOf(module, id) : { successes: 0, failures: 0 }))
    }
    this.#modules.set(key, { module, seen })
  }

  #count(key: string): void {
    const entry = this.#modules.get(key)
    const deployment = entry?.module.deployment
    if (!entry || !deployment) return
    const { module, seen } = entry
    for (const { id, version } of module.instances) {
      const now = this.#countsOf(module, id)
      const last = seen.get(id) ?? now
      const failures = now.failures - last.failures
      const calls = now.successes - last.successes + failures
      seen.set(id, now)
      if (calls <= 0) continue
      const { id: deploymentId, round } = deployment
      // What ends while the new version has no part is of no step.
      const step = shareOf(deployment) > 0 ? deployment.step : -1
      this.#add({ tenantId: module.tenantId, moduleId: module.id, deploymentId, round, step, version, calls, failures })
    }
  }

  #countsOf({ tenantId, id: moduleId }: ModuleRecord, instanceId: string): Seen {
    return this.#load.totals({ tenantId, moduleId, instanceId })
  }

  #add(entry: TallyEntry): void {
    const key = [entry.tenantId, entry.moduleId, entry.deploymentId, entry.round, entry.version].join('\n')
    const known = this.#pending.get(key)
    const calls = entry.calls + (known?.calls ?? 0)
    this.#pending.set(key, { ...entry, calls, failures: entry.failures + (known?.failures ?? 0) })
  }
}

function keyOf({ tenantId, id }: Pick<ModuleRecord, 'tenantId' | 'id'>): string {
  return `${tenantId}\n${id}`
}
