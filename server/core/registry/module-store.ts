import type { AuditAction } from '../../contracts/audit-areas.ts'
import type { NewEvent } from '../operations.ts'
import type { CompanionMove } from '../shared/companion.ts'
import type { Principal } from '../shared/principal.ts'
import type { ModuleRecord } from './module-record.ts'

/** What a change of one module is decided on: everything committed so far, locked against other changes. */
export interface RegistryState {
  /** All modules of the tenant by id. */
  modules: ReadonlyMap<string, ModuleRecord>
  /** The last configuration version the module in question ever had, even when it was removed since; 0 when none. */
  lastConfigVersion: number
}

/** One row of the append-only configuration history. */
export interface ConfigChange {
  /** `module`: what an edit may change. `module_state`: enabled or not. `instance`: one running process. `deployment`: its way. */
  entityKind: 'module' | 'module_state' | 'instance' | 'deployment'
  entityId: string
  value: Record<string, unknown>
}

/** The act behind a change, for the audit log. */
export interface AuditEntry {
  by: Principal
  action: AuditAction
  targetKind: 'module'
  targetId: string
  reason: string | null
  /** Facts that go with it; never a secret. */
  details: Record<string, unknown>
}

/** A decided change of one module, written whole or not at all. */
export interface ModuleChange {
  moduleId: string
  /** Null creates, resp. removes it. */
  before: ModuleRecord | null
  after: ModuleRecord | null
  /** In a row of kind `module` the version is `after.configVersion`, or one more than before on removal. */
  configChanges: readonly ConfigChange[]
  audit: AuditEntry
  events: readonly NewEvent[]
  /** Moves with it, or the change is not written: then `change` throws SUGGESTION_CHANGED. */
  companion?: CompanionMove
}

/** Where modules are kept. The implementation seals each module's secret at rest. */
export interface ModuleStore {
  /** Every module of every tenant, by tenant and id. */
  loadAll(): Promise<ModuleRecord[]>
  /** Tenants that have modules. */
  tenants(): Promise<string[]>
  /** All modules of a tenant as committed, by id, from one snapshot. A record that nobody changed is the same object again. */
  read(tenantId: string): Promise<ReadonlyMap<string, ModuleRecord>>
  /**
   * Decides and writes in one transaction that excludes every other change in the tenant, on every replica. `decide` is
   * called once, must not wait, and may throw to refuse (nothing is written then) or answer null when there is nothing to do.
   * Resolves with the change after it is committed.
   */
  change(
    tenantId: string,
    moduleId: string,
    decide: (state: RegistryState) => ModuleChange | null,
  ): Promise<ModuleChange | null>
}
