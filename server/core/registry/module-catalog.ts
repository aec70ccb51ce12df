import type { Logger } from '../shared/logger.ts'
import type { CatalogChange, ModuleCatalog, ModuleRecord } from './module-record.ts'

interface TenantModules {
  byId: Map<string, ModuleRecord>
  /** Sorted by id; null until somebody asks after a change. */
  sorted: readonly ModuleRecord[] | null
  /** By task type, each sorted by id; made when first asked for. */
  byType: Map<string, readonly ModuleRecord[]>
}

const none: readonly ModuleRecord[] = Object.freeze([])

/** Every module in memory, as of the last committed change. Nothing here is durable. */
export class MemoryCatalog implements ModuleCatalog {
  readonly #tenants = new Map<string, TenantModules>()
  readonly #listeners = new Set<(change: CatalogChange) => void>()
  readonly #logger: Logger

  constructor(logger: Logger) {
    this.#logger = logger
  }

  get(tenantId: string, id: string): ModuleRecord | undefined {
    return this.#tenants.get(tenantId)?.byId.get(id)
  }

  list(tenantId: string): readonly ModuleRecord[] {
    const tenant = this.#tenants.get(tenantId)
    if (!tenant) return none
    tenant.sorted ??= Object.freeze([...tenant.byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1)))
    return tenant.sorted
  }

  capableOf(tenantId: string, taskType: string): readonly ModuleRecord[] {
    const tenant = this.#tenants.get(tenantId)
    if (!tenant) return none
    const known = tenant.byType.get(taskType)
    if (known) return known
    const capable = this.list(tenantId).filter(module => module.capabilities.some(each => each.type === taskType))
    // Types nobody has are not kept: callers may ask for any text.
    if (capable.length === 0) return none
    tenant.byType.set(taskType, Object.freeze(capable))
    return capable
  }

  tenants(): readonly string[] {
    return [...this.#tenants.keys()]
  }

  onChange(listener: (change: CatalogChange) => void): () => void {
    const own = (change: CatalogChange) => listener(change)
    this.#listeners.add(own)
    return () => this.#listeners.delete(own)
  }

  /** Takes in a committed change (`after` null removes the module) and tells the listeners. */
  apply(tenantId: string, moduleId: string, after: ModuleRecord | null): void {
    const before = this.get(tenantId, moduleId) ?? null
    this.#put(tenantId, moduleId, before, after)
    for (const listener of this.#listeners) {
      try {
        listener({ tenantId, moduleId, before, after })
      } catch (error) {
        this.#logger.error({ error, tenantId, moduleId }, 'A listener to module changes failed')
      }
    }
  }

  #put(tenantId: string, moduleId: string, before: ModuleRecord | null, after: ModuleRecord | null): void {
    const tenant = this.#tenants.get(tenantId) ?? { byId: new Map(), sorted: null, byType: new Map() }
    if (after) tenant.byId.set(moduleId, after)
    else tenant.byId.delete(moduleId)
    tenant.sorted = null
    for (const module of [before, after]) {
      for (const { type } of module?.capabilities ?? []) tenant.byType.delete(type)
    }
    if (tenant.byId.size > 0) this.#tenants.set(tenantId, tenant)
    else this.#tenants.delete(tenantId)
  }
}
