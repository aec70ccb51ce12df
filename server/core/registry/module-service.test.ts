import { beforeEach, describe, expect, test } from 'vitest'
import type { BreakerState } from '../../contracts/breakers.ts'
import type { HealthState } from '../../contracts/modules.ts'
import { FakeClock } from '../../testing/fake-clock.ts'
import { createSeededIds } from '../../testing/seeded-random.ts'
import { type HealthReading } from '../health/health-board.ts'
import { silentLogger } from '../shared/logger.ts'
import { instanceIdOf } from './instance-identity.ts'
import { ModuleRegistry } from './module-registry.ts'
import { ModuleService, type ModuleServicePorts } from './module-service.ts'
import { ann, disabling, registration } from './testing/builders.ts'
import { MemoryModuleStore } from './testing/memory-module-store.ts'
import { typeOnlySchemas } from './testing/type-only-schemas.ts'
import { moduleBreakerState } from './views.ts'

const tenant = ann.tenantId
let clock: FakeClock
let registry: ModuleRegistry
let service: ModuleService
let states: Map<string, HealthState>
let breakers: Map<string, BreakerState>
let inFlight: Map<string, number>
let lanes: Awaited<ReturnType<ModuleServicePorts['tasks']['byType']>>
let checks: { id: string; wasEnabled: boolean }[]

beforeEach(() => {
  clock = new FakeClock()
  states = new Map()
  breakers = new Map()
  inFlight = new Map()
  lanes = []
  checks = []
  registry = new ModuleRegistry({
    store: new MemoryModuleStore(),
    clock,
    ids: createSeededIds(1),
    logger: silentLogger,
    schemas: typeOnlySchemas,
    events: { wake: () => {} },
    checkEndpoint: () => {},
    newSecret: () => 'whsec_x',
  })
  const read = (id: string): HealthReading => {
    const state = states.get(id) ?? 'healthy'
    const score = { healthy: 100, degraded: 80, unhealthy: 0, unknown: null }[state]
    return { state, score, reason: `is ${state}`, at: score === null ? null : clock.now() }
  }
  service = new ModuleService({
    registry,
    clock,
    health: {
      of: () => null,
      instance: (_tenant, moduleId, instanceId) => read(states.has(instanceId) ? instanceId : moduleId),
      module: (_tenant, id) => read(id),
      observeCall: () => {},
      evidence: () => ({
        liveness: { standing: 'up', evidence: 'checks pass', at: clock.now() },
        heartbeat: { standing: 'none', evidence: 'it sends none', at: null },
        saturation: { standing: '0 %', evidence: 'idle', at: null },
        correctness: { standing: 'unknown', evidence: 'no recent calls', at: null },
      }),
      checkNow: async (_tenant, id) => {
        checks.push({ id, wasEnabled: registry.get(tenant, id)?.enabled === true })
        return read(id)
      },
    },
    load: {
      inFlight: key => inFlight.get(key.moduleId) ?? 0,
      latencyMs: () => null,
      totals: () => ({ calls: 7, failures: 2 }),
    },
    breakers: { state: key => breakers.get(key.instanceId) ?? 'closed' },
    calls: { recent: () => ({ calls: 0, failures: 0, callsPerMinute: 0, p50Ms: null, p95Ms: null }) },
    tasks: { byType: async () => lanes },
    spread: () => ({ fairness: null, instances: [] }),
    checkEndpoint: () => {},
    probeEndpoint: () => Promise.reject(new Error('nobody asked for that')),
  })
})

async function register(id: string, overrides: Record<string, unknown> = {}) {
  return service.register(ann, registration(id, overrides))
}

async function disableAll(...ids: string[]): Promise<void> {
  for (const id of ids) await service.disable(ann, disabling(id, 'night'))
}

function enabledIds(): string[] {
  return registry
    .list(tenant)
    .filter(module => module.enabled)
    .map(module => module.id)
}

describe('enabling with dependencies', () => {
  beforeEach(async () => {
    await register('a')
    await register('b', { dependsOn: ['a'] })
    await register('c', { dependsOn: ['b'] })
    await disableAll('c', 'b', 'a')
  })

  test('enables one after another in order, each only after it was checked', async () => {
    const order: string[] = []
    registry.onChange(change => order.push(change.moduleId))
    expect(await service.enable(ann, 'c', true)).toMatchObject({ id: 'c', enabled: true })
    expect(order).toEqual(['a', 'b', 'c'])
    expect(checks).toEqual([
      { id: 'a', wasEnabled: false },
      { id: 'b', wasEnabled: false },
    ])
  })

  test('stops at one that stays unhealthy, leaves it and what needs it disabled, and says what was enabled', async () => {
    states.set('b', 'unhealthy')
    const call = service.enable(ann, 'c', true)
    const refused = expect(call).rejects.toMatchObject({
      code: 'DEPENDENCY_UNHEALTHY',
      details: { id: 'c', unhealthy: 'b', reason: 'is unhealthy', enabled: ['a'] },
    })
    await clock.advance(15_000)
    await refused
    expect(enabledIds()).toEqual(['a'])
  })

  test('waits for one that gets well within ten seconds', async () => {
    states.set('a', 'unhealthy')
    const call = service.enable(ann, 'c', true)
    await clock.advance(5_000)
    expect(enabledIds()).toEqual([])
    states.set('a', 'degraded')
    await clock.advance(2_000)
    await call
    expect(enabledIds()).toEqual(['a', 'b', 'c'])
  })

  test('without being asked for them is refused, with the order', async () => {
    await expect(service.enable(ann, 'c', false)).rejects.toMatchObject({
      code: 'MODULE_NEEDS_DISABLED',
      details: { needs: ['a', 'b'] },
    })
  })

  test('does not ask whether the module itself is well: that is for the operator to say', async () => {
    states.set('a', 'unhealthy')
    expect(await service.enable(ann, 'a', true)).toMatchObject({ enabled: true })
  })
})

describe('the impact of a change', () => {
  test('names who needs the module, what nobody else could run, and who would take over', async () => {
    await register('ocr', { capabilities: [{ type: 'ocr' }, { type: 'scan' }] })
    await register('spare', { capabilities: [{ type: 'scan' }] })
    await register('off', { capabilities: [{ type: 'ocr' }] })
    await disableAll('off')
    await register('user', { dependsOn: ['ocr'] })
    await register('user-of-user', { dependsOn: ['user'] })
    lanes = [
      { type: 'ocr', ready: 5, running: 3, pinnedModuleId: null },
      { type: 'scan', ready: 7, running: 4, pinnedModuleId: null },
      { type: 'scan', ready: 1, running: 1, pinnedModuleId: 'ocr' },
      { type: 'scan', ready: 100, running: 100, pinnedModuleId: 'spare' },
      { type: 'mail', ready: 100, running: 100, pinnedModuleId: null },
    ]
    inFlight.set('ocr', 2)
    expect(await service.impact(tenant, 'ocr')).toEqual({
      id: 'ocr',
      enabled: true,
      requiredBy: ['user'],
      requiredByTransitively: ['user', 'user-of-user'],
      enableOrder: [],
      typesLeftWithoutRoute: ['ocr'],
      typesTakenOver: [{ type: 'scan', by: ['spare'] }],
      queuedTasks: 13,
      runningTasks: 4,
    })
  })

  test('of a disabled module is what enabling it would have to enable first', async () => {
    await register('base')
    await register('user', { dependsOn: ['base'] })
    await disableAll('user', 'base')
    expect(await service.impact(tenant, 'user')).toMatchObject({
      enabled: false,
      enableOrder: ['base', 'user'],
      typesLeftWithoutRoute: [],
      typesTakenOver: [],
    })
  })

  test('of an unknown module is MODULE_NOT_FOUND', async () => {
    await expect(service.impact(tenant, 'no')).rejects.toMatchObject({ code: 'MODULE_NOT_FOUND' })
  })
})

describe('views', () => {
  test('never show a secret', async () => {
    await register('a')
    const shown = [service.get(tenant, 'a'), service.list(tenant, { enabledOnly: false }), service.graph(tenant)]
    expect(JSON.stringify(shown)).not.toContain('whsec')
  })

  test('show health, load and breaker of each instance, and the axes apart', async () => {
    await register('a', { instances: [{ endpoint: 'http://h1', capacity: 4 }, { endpoint: 'http://h2' }] })
    const [first, second] = [instanceIdOf('http://h1'), instanceIdOf('http://h2')]
    states.set(second, 'unhealthy')
    breakers.set(second, 'open')
    inFlight.set('a', 1)
    const view = service.get(tenant, 'a')
    expect(view).toMatchObject({ capacity: 14, inFlight: 2, breaker: 'closed', requiredBy: [], disabled: null })
    expect(view.instances).toMatchObject([
      { id: first, health: 'healthy', healthScore: 100, breaker: 'closed', calls: 7, failures: 2 },
      { id: second, health: 'unhealthy', healthScore: 0, healthReason: 'is unhealthy', breaker: 'open' },
    ])
    expect(view.instances[1]?.axes.map(({ axis, standing }) => `${axis}: ${standing}`)).toEqual([
      'administrative: enabled',
      'liveness: up',
      'heartbeat: none',
      'saturation: 0 %',
      'correctness: unknown',
      'breaker: open',
    ])
    expect(service.list(tenant, { enabledOnly: false })[0]?.instances).toEqual({ total: 2, healthy: 1 })
  })

  test('list by category and enabled only, by name, and group by category', async () => {
    await register('z', { name: 'Alpha', category: 'text' })
    await register('a', { name: 'Beta', category: 'text' })
    await register('v', { name: 'Vision', category: 'image' })
    await disableAll('a')
    const ids = (filter: { category?: string; enabledOnly: boolean }) =>
      service.list(tenant, filter).map(each => each.id)
    expect(ids({ enabledOnly: false })).toEqual(['z', 'a', 'v'])
    expect(ids({ enabledOnly: true })).toEqual(['z', 'v'])
    expect(ids({ category: 'text', enabledOnly: false })).toEqual(['z', 'a'])
    const grouped = Object.entries(service.byCategory(tenant)).map(([name, each]) => [name, each.map(m => m.id)])
    expect(grouped).toEqual([
      ['image', ['v']],
      ['text', ['z', 'a']],
    ])
  })

  test('the graph has an edge from each module to what it needs', async () => {
    await register('a')
    await register('b', { dependsOn: ['a'] })
    expect(service.graph(tenant)).toMatchObject({
      nodes: [{ id: 'a' }, { id: 'b' }],
      edges: [{ from: 'b', to: 'a' }],
    })
    expect(service.get(tenant, 'a').requiredBy).toEqual(['b'])
  })

  test('the health summary counts enabled modules only: disabled is not unhealthy', async () => {
    for (const id of ['a', 'b', 'c', 'd', 'off']) await register(id)
    await disableAll('off')
    states.set('b', 'degraded').set('c', 'unhealthy').set('d', 'unknown').set('off', 'unhealthy')
    expect(service.healthSummary(tenant)).toEqual({
      totalModules: 5,
      enabled: 4,
      healthy: 1,
      degraded: 1,
      unhealthy: 1,
      unknown: 1,
    })
  })
})

describe("a module's breaker", () => {
  test.each<[BreakerState, BreakerState[]]>([
    ['closed', []],
    ['closed', ['open', 'closed']],
    ['closed', ['half_open', 'closed']],
    ['half_open', ['half_open', 'open']],
    ['half_open', ['half_open']],
    ['open', ['open', 'open']],
  ])('is %s when those of its instances are %j', (state, instances) => {
    expect(moduleBreakerState(instances)).toBe(state)
  })
})
