import type { DeploymentState } from '../../contracts/deployments.ts'
import type { BalancingStrategy, BreakerConfig, DriverName, RetryPolicy } from '../../contracts/modules.ts'
import type { Resources } from '../../contracts/resources.ts'

/** Why something gets no more work, since when, and until when its running calls may go on. Times in ms since the epoch. */
export interface TakenOutRecord {
  reason: string
  by: string
  at: number
  /** Null: until they end. */
  giveUpAt: number | null
}

/** One running process of a module. Its id is derived from the endpoint, so it survives restarts and re-registration. */
export interface InstanceRecord {
  id: string
  endpoint: string
  capacity: number
  weight: number
  /** What it runs. */
  version: string
  /** Milliseconds since the epoch. */
  registeredAt: number
  /** Since when it may be called; slow start counts from here. */
  inRotationSince: number
  /** Null while it may be called. `deploymentId` when a deployment did it, and a person cannot undo it alone. */
  out: (TakenOutRecord & { deploymentId: string | null }) | null
}

/** The way of a new version into a module. Times in ms since the epoch. */
export interface DeploymentRecord {
  id: string
  version: string
  /** What its instances ran before. */
  fromVersions: readonly string[]
  state: DeploymentState
  /** Percent of the calls, rising, up to 100. */
  steps: readonly number[]
  /** Index of the step it is at, -1 before the first. */
  step: number
  /** Counts every move, so that calls are counted for the step they fell into, also when it is taken twice. */
  round: number
  minCalls: number
  minStepMs: number
  /** By how much more of its calls the new version may fail, 0-1. */
  tolerance: number
  healthyWithinMs: number
  drainWithinMs: number
  startedBy: string
  startedAt: number
  /** When it last moved. */
  since: number
  endedAt: number | null
  reason: string | null
  reasonBy: string | null
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
  disabled: TakenOutRecord | null
  configVersion: number
  registeredAt: number
  updatedAt: number
  instances: readonly InstanceRecord[]
  /** The one under way, or the last that ended. */
  deployment: DeploymentRecord | null
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
