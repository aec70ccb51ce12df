import { beforeEach, describe, expect, test } from 'vitest'
import type { PreviewImpact } from '#server/contracts/impact.ts'
import type { LaneCount } from '#server/core/queue/queue-counts.ts'
import { ModuleRegistry } from '#server/core/registry/module-registry.ts'
import { ann, disabling, registration } from '#server/core/registry/testing/builders.ts'
import { MemoryModuleStore } from '#server/core/registry/testing/memory-module-store.ts'
import { typeOnlySchemas } from '#server/core/registry/testing/type-only-schemas.ts'
import { silentLogger } from '#server/core/shared/logger.ts'
import { FakeClock } from '#server/testing/fake-clock.ts'
import { createSeededIds } from '#server/testing/seeded-random.ts'
import type { BreakerState } from '../../contracts/breakers.ts'
import type { HealthState } from '../../contracts/modules.ts'
import { ImpactService } from './impact-service.ts'
import { ServiceTraffic } from './service-traffic.ts'

const tenant = 'default'
let clock: FakeClock
let registry: ModuleRegistry
let traffic: ServiceTraffic
let lanes: LaneCount[]
let health: Map<string, HealthState>
let breakers: Map<string, BreakerState>
let paused: Set<string>
let service: ImpactService

beforeEach(() => {
  clock = new FakeClock()
  traffic = new ServiceTraffic()
  lanes = []
  health = new Map()
  breakers = new Map()
  paused = new Set()
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
  service = new ImpactService({
    catalog: registry,
    clock,
    traffic,
    router: {
      order: (_tenant, type) =>
        registry
          .capableOf(tenant, type)
          .filter(m => m.enabled)
          .map(m => m.id),
    },
    records: { meanMs: () => 500 },
    store: { countLanes: async (_tenant, types) => lanes.filter(({ type }) => types.includes(type)) },
    queue: { counts: async () => ({ byType: lanes }) },
    replicas: () => 1,
    health: {
      instance: (_tenant, id) => ({ state: health.get(id) ?? 'healthy', score: null, reason: '', at: null }),
    },
    breakers: { state: key => breakers.get(key.moduleId) ?? 'closed' },
    load: { inFlight: () => 0 },
    pauses: { isModulePaused: (_tenant, id) => paused.has(id) },
    policyOf: () => ({ moduleLimits: {} }),
  })
})

async function register(id: string, types: string[], capacity: number, dependsOn: string[] = []): Promise<void> {
  const instances = [{ endpoint: `http://10.0.0.1/${id}`, capacity }]
  await registry.register(ann, registration(id, { instances, dependsOn, capabilities: types.map(type => ({ type })) }))
}

/** For a minute the module has carried out so many calls per second, of half a second each. */
async function run(moduleId: string, type: string, callsPerSecond: number): Promise<void> {
  const startedAt = clock.now()
  for (let second = 0; second < 60; second++) {
    for (let call = 0; call < callsPerSecond; call++)
      traffic.observe(tenant, moduleId, type, startedAt + second * 1_000, 500)
  }
}

function preview(input: PreviewImpact) {
  return service.preview(tenant, input)
}

const instanceOf = (id: string) => registry.get(tenant, id)?.instances[0]?.id ?? ''

describe('before a module is disabled', () => {
  test('each type is told apart: taken over, too little room, and nowhere to go', async () => {
    await register('main', ['easy', 'heavy', 'only'], 20)
    await register('spare', ['easy'], 10)
    await register('small', ['heavy'], 2)
    lanes = [
      { type: 'easy', pinnedModuleId: null, ready: 4, running: 1 },
      { type: 'easy', pinnedModuleId: 'main', ready: 2, running: 0 },
      { type: 'easy', pinnedModuleId: 'spare', ready: 9, running: 0 },
      { type: 'only', pinnedModuleId: null, ready: 7, running: 3 },
    ]
    await run('main', 'easy', 8)
    await run('main', 'heavy', 10)
    await clock.advance(60_000)
    const { types, totals, modules } = await preview({ act: 'disable_module', moduleId: 'main' })
    expect(modules).toEqual([{ moduleId: 'main', slotsBefore: 20, slotsAfter: 0, running: 0 }])
    expect(types.map(({ type, outcome, queued, pinned }) => ({ type, outcome, queued, pinned }))).toEqual([
      { type: 'only', outcome: 'waits', queued: 7, pinned: 0 },
      { type: 'heavy', outcome: 'short', queued: 0, pinned: 0 },
      { type: 'easy', outcome: 'taken_over', queued: 6, pinned: 2 },
    ])
    expect(types[2]).toMatchObject({
      callsPerSecond: 8,
      neededSlots: 4,
      takenBy: [{ moduleId: 'spare', freeSlots: 10 }],
    })
    expect(types[1]).toMatchObject({
      neededSlots: 5,
      takenBy: [{ moduleId: 'small', freeSlots: 2, callsPerSecond: 4 }],
    })
    expect(totals).toMatchObject({ queued: 13, waits: 1, short: 1, taken_over: 1 })
  })

  test('its dependants are named, those in between apart from the rest', async () => {
    await register('base', ['a'], 1)
    await register('middle', ['b'], 1, ['base'])
    await register('top', ['c'], 1, ['middle'])
    expect((await preview({ act: 'disable_module', moduleId: 'base' })).dependants).toEqual({
      direct: ['middle'],
      indirect: ['top'],
    })
  })

  test('what cannot take work now is not counted on: disabled, paused, unhealthy or cut off', async () => {
    await register('main', ['work'], 5)
    for (const id of ['off', 'held', 'ill', 'cut']) await register(id, ['work'], 50)
    await registry.disable(ann, disabling('off'))
    paused.add('held')
    health.set('ill', 'unhealthy')
    breakers.set('cut', 'open')
    expect((await preview({ act: 'disable_module', moduleId: 'main' })).types).toMatchObject([
      { outcome: 'waits', takenBy: [] },
    ])
  })

  test('slots that others keep busy are not free, and what one type takes another does not get', async () => {
    await register('main', ['first', 'second'], 20)
    await register('spare', ['first', 'second', 'own'], 10)
    await run('spare', 'own', 8)
    await run('main', 'first', 10)
    await run('main', 'second', 8)
    await clock.advance(60_000)
    const { types } = await preview({ act: 'disable_module', moduleId: 'main' })
    expect(types.find(({ type }) => type === 'first')).toMatchObject({
      outcome: 'taken_over',
      takenBy: [{ freeSlots: 6 }],
    })
    expect(types.find(({ type }) => type === 'second')).toMatchObject({ outcome: 'short', takenBy: [{ freeSlots: 1 }] })
  })

  test('an unknown module or instance is an error', async () => {
    await register('main', ['work'], 5)
    await expect(preview({ act: 'disable_module', moduleId: 'no' })).rejects.toMatchObject({ code: 'MODULE_NOT_FOUND' })
    const input = { act: 'force_open', moduleId: 'main', instanceId: 'no' } as const
    await expect(preview(input)).rejects.toMatchObject({ code: 'INSTANCE_NOT_FOUND' })
  })
})

describe('before other acts', () => {
  test('holding one of two breakers open moves only what does not fit in the other instance', async () => {
    const instances = [1, 2].map(n => ({ endpoint: `http://10.0.0.${n}/main`, capacity: 4 }))
    await registry.register(ann, registration('main', { instances, capabilities: [{ type: 'work' }] }))
    await register('spare', ['work'], 10)
    await run('main', 'work', 6)
    await clock.advance(60_000)
    const act = { act: 'force_open', moduleId: 'main', instanceId: instanceOf('main') } as const
    expect(await preview(act)).toMatchObject({
      modules: [{ slotsBefore: 8, slotsAfter: 4 }],
      types: [{ outcome: 'fits', callsPerSecond: 0 }],
      dependants: { direct: [] },
    })
    await run('main', 'work', 20)
    const { types } = await preview(act)
    expect(types).toMatchObject([{ outcome: 'taken_over' }])
    expect(types[0]?.callsPerSecond).toBeCloseTo(26 * (1 - 4 / 13))
  })

  test('an instance that leaves, or may do less, takes its slots along; with the last one the work waits', async () => {
    const instances = [1, 2].map(n => ({ endpoint: `http://10.0.0.${n}/main`, capacity: 4 }))
    await registry.register(ann, registration('main', { instances, capabilities: [{ type: 'work' }] }))
    await register('top', ['other'], 1, ['main'])
    const [first = '', second = ''] = registry.get(tenant, 'main')?.instances.map(({ id }) => id) ?? []
    const leaving = { act: 'take_out_instance', moduleId: 'main', instanceId: second } as const
    expect(await preview(leaving)).toMatchObject({
      modules: [{ slotsBefore: 8, slotsAfter: 4 }],
      types: [{ outcome: 'fits' }],
      dependants: { direct: [] },
    })
    expect(await preview({ ...leaving, act: 'limit_instance', limit: 1 })).toMatchObject({
      modules: [{ slotsBefore: 8, slotsAfter: 5 }],
    })
    expect((await preview({ ...leaving, act: 'limit_instance', limit: 9 })).types).toEqual([])
    await registry.takeOut(ann, { moduleId: 'main', instanceId: first, reason: 'patched', giveUpAfterMs: null })
    expect(await preview(leaving)).toMatchObject({
      modules: [{ slotsBefore: 4, slotsAfter: 0 }],
      types: [{ type: 'work', outcome: 'waits', takenBy: [] }],
      dependants: { direct: ['top'] },
    })
  })

  test('a pause of a type or of everything holds it back, and moves nothing', async () => {
    await register('main', ['one', 'two'], 5)
    lanes = [{ type: 'one', pinnedModuleId: null, ready: 3, running: 2 }]
    expect(await preview({ act: 'pause_type', type: 'one' })).toMatchObject({
      modules: [],
      types: [{ type: 'one', outcome: 'held', queued: 3, running: 2, takenBy: [] }],
    })
    expect((await preview({ act: 'pause_all' })).totals).toMatchObject({ held: 2, queued: 3, running: 2 })
  })

  test('a limit is too little when calls keep more slots busy than it allows', async () => {
    await register('main', ['one', 'two'], 20)
    await run('main', 'one', 10)
    await clock.advance(60_000)
    const outcomes = async (input: PreviewImpact) => (await preview(input)).types.map(({ outcome }) => outcome)
    expect(await outcomes({ act: 'limit_type', type: 'one', limit: 5 })).toEqual(['fits'])
    expect(await outcomes({ act: 'limit_type', type: 'one', limit: 4 })).toEqual(['short'])
    expect(await outcomes({ act: 'limit_type', type: 'one', limit: 0 })).toEqual(['waits'])
    expect(await outcomes({ act: 'limit_tenant', limit: 4 })).toEqual(['short', 'short'])
    expect(await outcomes({ act: 'limit_module', moduleId: 'main', limit: 4 })).toEqual(['short', 'fits'])
    expect(await outcomes({ act: 'limit_module', moduleId: 'main', limit: 30 })).toEqual([])
  })
})
