import type { HealthBoard } from '#server/core/health/health-board.ts'
import type { ModuleOperations, HealthOperations } from '#server/core/operations.ts'
import type { ModuleRegistry } from '#server/core/registry/module-registry.ts'
import type { ModuleRecord } from '#server/core/registry/module-record.ts'
import type { ModuleView } from '#server/contracts/modules.ts'
const reading = { state: 'healthy' as const, score: 100, reason: 'stub', at: Date.now() }
export const healthStub: HealthBoard & HealthOperations = {
  instance: () => reading,
  module: () => reading,
  observeCall() {},
  summary: () => ({
    score: 100,
    status: 'healthy',
    since: new Date().toISOString(),
    systems: { score: 100, members: [] },
    modules: { score: 100, members: [] },
    breakdown: { healthy: 0, degraded: 0, critical: 0, emergency: 0 },
    unhealthy: [],
  }),
  unhealthy: () => [],
  report: async () => {},
  history: async () => [],
}
export function moduleStub(registry: ModuleRegistry): ModuleOperations {
  const view = (m: ModuleRecord): ModuleView => ({
    id: m.id,
    name: m.name,
    category: m.category,
    version: m.version,
    owner: m.owner,
    enabled: m.enabled,
    health: 'healthy',
    healthScore: 100,
    breaker: 'closed',
    dependsOn: [...m.dependsOn],
    capacity: m.instances.reduce((s, i) => s + i.capacity, 0),
    inFlight: 0,
    costPerHourUsd: m.costPerHourUsd,
    recent: { calls: 0, failures: 0, callsPerMinute: 0, p50Ms: null, p95Ms: null },
    description: m.description,
    driver: m.driver,
    bodyStyle: m.bodyStyle,
    capabilities: m.capabilities.map(c => ({
      type: c.type,
      inputSchema: c.inputSchema as never,
      outputSchema: c.outputSchema as never,
    })),
    instances: m.instances.map(i => ({
      id: i.id,
      endpoint: i.endpoint,
      capacity: i.capacity,
      weight: i.weight,
      health: 'healthy',
      healthScore: 100,
      healthReason: null,
      checkedAt: null,
      inFlight: 0,
      breaker: 'closed',
      calls: 0,
      failures: 0,
      latencyMs: null,
    })),
    requiredBy: [],
    strategy: m.strategy,
    preference: m.preference,
    breakerConfig: m.breaker,
    retryPolicy: m.retry,
    configVersion: m.configVersion,
    registeredAt: new Date(m.registeredAt).toISOString(),
    updatedAt: new Date(m.updatedAt).toISOString(),
    disabled: null,
  })
  const sum = (m: ModuleRecord) => ({
    ...view(m),
    instances: { total: m.instances.length, healthy: m.instances.length },
  })
  return {
    register: async (by, input) => view(await registry.register(by, input)),
    update: async (by, input) => view(await registry.update(by, input)),
    list: t => registry.list(t).map(sum),
    get: (t, id) => view(registry.require(t, id)),
    byCategory: () => ({}),
    enable: async (by, id) => view(await registry.enable(by, id)),
    disable: async (by, id, r) => view(await registry.disable(by, id, r)),
    remove: (by, id, r) => registry.remove(by, id, r),
    impact: async () => {
      throw new Error('stub')
    },
    graph: () => ({ nodes: [], edges: [] }),
    healthSummary: () => ({ totalModules: 0, enabled: 0, healthy: 0, degraded: 0, unhealthy: 0, unknown: 0 }),
    registerInstance: async (by, i) => {
      const { module, instance } = await registry.registerInstance(by, i)
      return view(module).instances.find(x => x.id === instance.id)!
    },
    deregisterInstance: (by, i) => registry.deregisterInstance(by, i),
  }
}
