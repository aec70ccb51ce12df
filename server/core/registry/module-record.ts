import type { BalancingStrategy, BreakerConfig, DriverName, RetryPolicy } from '../../contracts/modules.ts'
import type { Resources } from '../../contracts/resources.ts'

/** One running process of a module. Its id is derived from the endpoint, so it survives restarts and re-registration. */
export interface InstanceRecord {
  id: string
  endpoint: string
  capacity: number
  weight: number
  /** Milliseconds since the epoch. */
  registeredAt: number
}

/** A module as configured: the registry's own form, immutable; every change makes a new one. */
export interface ModuleRecord {
  tenantId: string
  id: string
  name: string
  category: string
  version: string
  owner: string | null
  description: string | null
  driver: DriverName
  bodyStyle: 'envelope' | 'payload'
  capabilities: readonly {
    type: string
    inputSchema: Record<string, unknown> | null
    outputSchema: Record<string, unknown> | null
    /** Its running work may be ended to let urgent work run. */
    isPreemptible?: boolean
  }[]
  dependsOn: readonly string[]
  costPerHourUsd: number
  /** What each call on one of its instances may use. */
  resources: Resources
  strategy: BalancingStrategy
  preference: number
  breaker: BreakerConfig
  retry: RetryPolicy
  /** Standard Webhooks secret that signs our calls to it. */
  secret: string
  enabled: boolean
  disabled: { reason: string; by: string; at: number } | null
  configVersion: number
  registeredAt: number
  updatedAt: number
  instances: readonly InstanceRecord[]
}

/** What the rest of the core reads of the registry; answers are from memory. */
export interface ModuleCatalog {
  get(tenantId: string, id: string): ModuleRecord | undefined
  list(tenantId: string): readonly ModuleRecord[]
  /** Every module, enabled or not, that has the capability. Stable array while nothing changes. */
  capableOf(tenantId: string, taskType: string): readonly ModuleRecord[]
  tenants(): readonly string[]
  /** Told after every committed change; the listener must not throw. Returns how to stop. */
  onChange(listener: (change: CatalogChange) => void): () => void
}

export interface CatalogChange {
  tenantId: string
  moduleId: string
  before: ModuleRecord | null
  after: ModuleRecord | null
}
