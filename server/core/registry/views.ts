import type { BreakerState } from '../../contracts/breakers.ts'
import type { Json } from '../../contracts/common.ts'
import type { DeploymentView } from '../../contracts/deployments.ts'
import type {
  HealthAxis,
  InstanceView,
  ModuleGraph,
  ModuleHealthSummary,
  ModuleSummary,
  ModuleView,
  TakenOut,
} from '../../contracts/modules.ts'
import type { HealthBoard } from '../health/health-board.ts'
import type { AxisReading, InstanceEvidence } from '../health/instance-health.ts'
import type { CallStats } from '../health/recent-calls.ts'
import type { BreakerBoard, BreakerKey } from '../resilience/breaker-board.ts'
import { directDependants } from './dependency-graph.ts'
import { shareOf } from './deployment-state.ts'
import type { DeploymentRecord, InstanceRecord, ModuleCatalog, ModuleRecord, TakenOutRecord } from './module-record.ts'

/** What the balancer knows of an instance; answered by its load table. */
export interface InstanceLoads {
  inFlight(key: BreakerKey): number
  latencyMs(key: BreakerKey): number | null
  totals(key: BreakerKey): { calls: number; failures: number }
}

/** Where the parts of a view come from. */
export interface ViewSources {
  catalog: ModuleCatalog
  health: HealthBoard & {
    evidence(tenantId: string, moduleId: string, instanceId: string, inFlight: number): InstanceEvidence | null
  }
  load: InstanceLoads
  breakers: Pick<BreakerBoard, 'state'>
  calls: CallStats
  /** How the balancer spreads the calls of a module; answered by its statistics. */
  spread(module: ModuleRecord): {
    fairness: number | null
    instances: readonly { instanceId: string; share: number; ramp: number }[]
  }
}

/** A module's own breaker state: open when all its instances' are, half-open when some probe and none is closed. */
export function moduleBreakerState(instances: readonly BreakerState[]): BreakerState {
  if (instances.length === 0 || instances.includes('closed')) return 'closed'
  return instances.includes('half_open') ? 'half_open' : 'open'
}

/** A module as lists show it, as of now. */
export function toSummary(module: ModuleRecord, sources: ViewSources): ModuleSummary {
  const { health, load, calls } = sources
  const { tenantId, id } = module
  const reading = health.module(tenantId, id)
  const isHealthy = (instance: InstanceRecord) => health.instance(tenantId, id, instance.id).state === 'healthy'
  return {
    id,
    name: module.name,
    category: module.category,
    version: module.version,
    owner: module.owner,
    enabled: module.enabled,
    health: reading.state,
    healthScore: reading.score,
    breaker: breakerOf(module, sources),
    dependsOn: [...module.dependsOn],
    capabilities: module.capabilities.map(({ type }) => ({ type })),
    instances: { total: module.instances.length, healthy: module.instances.filter(isHealthy).length },
    capacity: sum(module.instances.filter(({ out }) => out === null).map(instance => instance.capacity)),
    inFlight: sum(module.instances.map(instance => load.inFlight(keyOf(module, instance)))),
    costPerHourUsd: module.costPerHourUsd,
    recent: calls.recent(tenantId, id),
  }
}

/** A module in full, as of now. */
export function toView(module: ModuleRecord, sources: ViewSources): ModuleView {
  const { deployment } = module
  const spread = sources.spread(module)
  return {
    ...toSummary(module, sources),
    description: module.description,
    driver: module.driver,
    bodyStyle: module.bodyStyle,
    capabilities: module.capabilities.map(({ type, inputSchema, outputSchema, isPreemptible = false }) => ({
      type,
      inputSchema: inputSchema as Json,
      outputSchema: outputSchema as Json,
      isPreemptible,
    })),
    instances: module.instances.map(instance => toInstanceView(module, instance, sources, spread)),
    requiredBy: dependantsOf(module, sources.catalog),
    strategy: module.strategy,
    fairness: spread.fairness,
    preference: module.preference,
    resources: module.resources,
    breakerConfig: module.breaker,
    retryPolicy: module.retry,
    configVersion: module.configVersion,
    registeredAt: iso(module.registeredAt),
    updatedAt: iso(module.updatedAt),
    disabled: toTakenOut(module.disabled),
    deployment: deployment && toDeploymentView(deployment),
  }
}

/** A deployment as it stands. */
export function toDeploymentView(deployment: DeploymentRecord): DeploymentView {
  const { round: _, healthyWithinMs: __, drainWithinMs: ___, startedAt, since, endedAt, ...rest } = deployment
  return {
    ...rest,
    fromVersions: [...rest.fromVersions],
    steps: [...rest.steps],
    share: shareOf(deployment),
    startedAt: iso(startedAt),
    since: iso(since),
    endedAt: endedAt === null ? null : iso(endedAt),
  }
}

/** One instance with its health taken apart. */
export function toInstanceView(
  module: ModuleRecord,
  instance: InstanceRecord,
  sources: ViewSources,
  spread = sources.spread(module),
): InstanceView {
  const { health, load, breakers } = sources
  const key = keyOf(module, instance)
  const reading = health.instance(module.tenantId, module.id, instance.id)
  const breaker = breakers.state(key)
  const inFlight = load.inFlight(key)
  const { calls, failures } = load.totals(key)
  const own = spread.instances.find(each => each.instanceId === instance.id)
  const hasCalls = spread.instances.some(({ share }) => share > 0)
  return {
    id: instance.id,
    endpoint: instance.endpoint,
    capacity: instance.capacity,
    weight: instance.weight,
    version: instance.version,
    out: toTakenOut(instance.out),
    ramp: own?.ramp ?? 1,
    share: hasCalls ? (own?.share ?? 0) : null,
    health: reading.state,
    healthScore: reading.score,
    healthReason: reading.score === null ? null : reading.reason,
    checkedAt: reading.at === null ? null : iso(reading.at),
    axes: axesOf(module, instance, health.evidence(module.tenantId, module.id, instance.id, inFlight), breaker),
    inFlight,
    breaker,
    calls,
    failures,
    latencyMs: load.latencyMs(key),
  }
}

/** Every module of a tenant and who needs whom. */
export function toGraph(tenantId: string, sources: ViewSources): ModuleGraph {
  const modules = sources.catalog.list(tenantId)
  return {
    nodes: modules.map(module => ({
      id: module.id,
      name: module.name,
      category: module.category,
      enabled: module.enabled,
      health: sources.health.module(tenantId, module.id).state,
      breaker: breakerOf(module, sources),
    })),
    edges: modules.flatMap(module => module.dependsOn.map(to => ({ from: module.id, to }))),
  }
}

/** Enabled modules by health; disabled ones count in the total only. */
export function toHealthSummary(tenantId: string, { catalog, health }: ViewSources): ModuleHealthSummary {
  const modules = catalog.list(tenantId)
  const enabled = modules.filter(module => module.enabled)
  const counts = { healthy: 0, degraded: 0, unhealthy: 0, unknown: 0 }
  for (const module of enabled) counts[health.module(tenantId, module.id).state] += 1
  return { totalModules: modules.length, enabled: enabled.length, ...counts }
}

function axesOf(
  module: ModuleRecord,
  { out }: InstanceRecord,
  observed: InstanceEvidence | null,
  breaker: BreakerState,
): HealthAxis[] {
  const { disabled } = module
  const state = disabled ? 'disabled' : out ? 'out of rotation' : 'enabled'
  const held = disabled ?? out
  const administrative: AxisReading = {
    standing: state,
    evidence: held ? `${state} by ${held.by}: ${held.reason}` : 'takes work',
    at: held?.at ?? null,
  }
  const guard: AxisReading = { standing: breaker, evidence: 'state of its circuit breaker here', at: null }
  const axes = { administrative, ...observed, breaker: guard }
  return Object.entries(axes).map(([axis, { standing, evidence, at }]) => ({
    axis: axis as HealthAxis['axis'],
    standing,
    evidence,
    at: at === null ? null : iso(at),
  }))
}

function breakerOf(module: ModuleRecord, { breakers }: ViewSources): BreakerState {
  return moduleBreakerState(module.instances.map(instance => breakers.state(keyOf(module, instance))))
}

function dependantsOf(module: ModuleRecord, catalog: ModuleCatalog): string[] {
  const modules = new Map(catalog.list(module.tenantId).map(each => [each.id, each]))
  return directDependants(modules).get(module.id) ?? []
}

function keyOf(module: ModuleRecord, instance: InstanceRecord): BreakerKey {
  return { tenantId: module.tenantId, moduleId: module.id, instanceId: instance.id }
}

function toTakenOut(out: TakenOutRecord | null): TakenOut | null {
  if (out === null) return null
  return { reason: out.reason, by: out.by, at: iso(out.at), giveUpAt: out.giveUpAt === null ? null : iso(out.giveUpAt) }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
