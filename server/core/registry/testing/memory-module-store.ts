import type { CompanionMove } from '../../shared/companion.ts'
import type { ModuleRecord } from '../module-record.ts'
import type { AuditEntry, ConfigChange, ModuleChange, ModuleStore, RegistryState } from '../module-store.ts'
import { SerialByKey } from '../serial-by-key.ts'

/** A module store in memory that keeps the same promises as the real one, and what it was told, for tests to read. */
export class MemoryModuleStore implements ModuleStore {
  readonly history: (ConfigChange & { tenantId: string; version: number })[] = []
  readonly audit: AuditEntry[] = []
  readonly events: ModuleChange['events'][number][] = []
  readonly #modules = new Map<string, ModuleRecord>()
  readonly #serial = new SerialByKey()
  readonly #moveCompanion: (move: CompanionMove) => void

  /** `moveCompanion` throws when the companion is not where it moves from. */
  constructor(moveCompanion: (move: CompanionMove) => void = () => {}) {
    this.#moveCompanion = moveCompanion
  }

  async loadAll(): Promise<ModuleRecord[]> {
    return [...this.#modules.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, module]) => module)
  }

  async tenants(): Promise<string[]> {
    return [...new Set([...this.#modules.values()].map(module => module.tenantId))]
  }

  async read(tenantId: string): Promise<ReadonlyMap<string, ModuleRecord>> {
    const own = [...this.#modules.values()].filter(module => module.tenantId === tenantId)
    return new Map(own.map(module => [module.id, module]))
  }

  change(
    tenantId: string,
    moduleId: string,
    decide: (state: RegistryState) => ModuleChange | null,
  ): Promise<ModuleChange | null> {
    return this.#serial.run(tenantId, async () => {
      const own = [...this.#modules.values()].filter(module => module.tenantId === tenantId)
      const change = decide({
        modules: new Map(own.map(module => [module.id, module])),
        lastConfigVersion: this.#lastVersion(tenantId, 'module', moduleId),
      })
      if (change) this.#write(tenantId, change)
      return change
    })
  }

  #write(tenantId: string, change: ModuleChange): void {
    if (change.companion) this.#moveCompanion(change.companion)
    const key = `${tenantId}\0${change.moduleId}`
    if (change.after) this.#modules.set(key, change.after)
    else this.#modules.delete(key)
    for (const row of change.configChanges) {
      const version = this.#lastVersion(tenantId, row.entityKind, row.entityId) + 1
      this.history.push({ ...row, tenantId, version })
    }
    this.audit.push(change.audit)
    this.events.push(...change.events)
  }

  #lastVersion(tenantId: string, entityKind: string, entityId: string): number {
    return this.history.filter(
      row => row.tenantId === tenantId && row.entityKind === entityKind && row.entityId === entityId,
    ).length
  }
}
