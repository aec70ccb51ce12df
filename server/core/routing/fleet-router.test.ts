import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { type BalancingStrategy, balancingStrategies } from '#server/contracts/modules.ts'
import { buildInstance, buildModule, buildModules, FakeFleet } from '#server/testing/fake-fleet.ts'
import type { RouteResult } from './task-router.ts'
import { RouterStage, request, routed } from './testing/router-stage.ts'

let stage: RouterStage

beforeEach(() => {
  stage = new RouterStage()
})

function exclusionsOf(result: RouteResult): Record<string, string | null> {
  return Object.fromEntries(result.decision.candidates.map(c => [c.instanceId ?? c.moduleId, c.excluded]))
}

describe('choosing a service', () => {
  test('the service that does best serves, the others follow in order as fallbacks', () => {
    stage.learn('poor', 50, 50)
    stage.learn('good', 98, 2)
    const { module, decision } = routed(
      stage.createRouter(new FakeFleet(buildModule('poor'), buildModule('new'), buildModule('good'))).route(request),
    )
    expect(module.id).toBe('good')
    expect(decision).toMatchObject({ moduleId: 'good', instanceId: 'good-1', probability: 1, strategy: 'power_of_two' })
    expect(decision.fallbacks).toEqual(['new', 'poor'])
    expect(decision.confidence).toBeCloseTo(0.99, 2)
  })

  test('equal services are tried in the order of preference, then of their ids', () => {
    const fleet = new FakeFleet(buildModule('b'), buildModule('c', { preference: 1 }), buildModule('a'))
    const { decision } = routed(stage.createRouter(fleet).route(request))
    expect([decision.moduleId, ...decision.fallbacks]).toEqual(['c', 'a', 'b'])
  })

  test('where decisions are not kept they fall as they would, and are not described', () => {
    const choose = (keepsDecisions: boolean) => {
      const own = new RouterStage()
      const router = own.createRouter(new FakeFleet(...buildModules(4, 3)), { explorationRate: 0.3, keepsDecisions })
      const results = Array.from({ length: 20 }, () => routed(router.route(request)))
      expect(results.every(({ decision }) => decision.candidates.length > 0)).toBe(keepsDecisions)
      return results.map(({ instance }) => instance.id)
    }
    expect(choose(false)).toEqual(choose(true))
  })

  test('without exploration the same evidence is decided alike, whatever the dice', () => {
    fc.assert(
      fc.property(fc.integer(), seed => {
        const router = stage.createRouter(new FakeFleet(...buildModules(4, 1)), { seed })
        expect(routed(router.route(request)).module.id).toBe('m0')
      }),
      { numRuns: 10 },
    )
  })

  test('exploration tries the others as often as stated, says so, and spares tasks that failed or are pinned', () => {
    stage.learn('m0', 100, 0)
    const router = stage.createRouter(new FakeFleet(...buildModules(3, 1)), { explorationRate: 0.1 })
    const counts = new Map<string, number>()
    for (let call = 0; call < 4_000; call++) {
      const { module, slot, decision } = routed(router.route(request))
      slot.release(null)
      counts.set(module.id, (counts.get(module.id) ?? 0) + 1)
      expect(decision.probability).toBeCloseTo(module.id === 'm0' ? 0.9 : 0.05)
      expect(decision.reasons.some(reason => reason.startsWith('explored'))).toBe(module.id !== 'm0')
    }
    expect((counts.get('m1') ?? 0) / 4_000).toBeCloseTo(0.05, 1)
    expect(counts.get('m2')).toBeGreaterThan(0)
    expect(router.stats('default').fallbacks).toBe(0)
    for (let call = 0; call < 200; call++) {
      expect(router.preview({ ...request, failedModuleIds: ['m2'] }).moduleId).toBe('m0')
      expect(router.preview({ ...request, pinnedModuleId: 'm1' }).moduleId).toBe('m1')
    }
  })

  test('what is learned changes the next decision', () => {
    stage.learn('a', 20, 0)
    const router = stage.createRouter(new FakeFleet(buildModule('a'), buildModule('b')))
    expect(router.preview(request).moduleId).toBe('a')
    stage.learn('a', 0, 20)
    expect(router.preview(request).moduleId).toBe('b')
  })
})

describe('what cannot be chosen', () => {
  test('every exclusion is named, and nothing excluded is chosen', () => {
    const fleet = new FakeFleet(
      buildModule('disabled', { enabled: false }),
      buildModule('empty', { instances: [] }),
      buildModule('failed'),
      buildModule('mixed', {
        instances: ['sick', 'open', 'full', 'well'].map(id => buildInstance(id, { capacity: 1 })),
      }),
    )
    fleet.setHealth('sick', 'unhealthy')
    fleet.setBreaker('open', 'open')
    stage.occupy('mixed', 'full')
    const result = routed(stage.createRouter(fleet).route({ ...request, failedModuleIds: ['failed'] }))
    expect(result.instance.id).toBe('well')
    expect(exclusionsOf(result)).toEqual({
      disabled: 'module_disabled',
      empty: 'no_instance',
      failed: 'already_failed',
      sick: 'instance_unhealthy',
      open: 'breaker_open',
      full: 'instance_full',
      well: null,
    })
  })

  test('a pinned task goes to its module or nowhere', () => {
    stage.learn('good', 100, 0)
    const fleet = new FakeFleet(buildModule('good'), buildModule('mine'))
    const router = stage.createRouter(fleet)
    const result = routed(router.route({ ...request, pinnedModuleId: 'mine' }))
    expect(result.module.id).toBe('mine')
    expect(result.decision.fallbacks).toEqual([])
    expect(exclusionsOf(result)).toEqual({ 'mine-1': null, good: 'pinned_elsewhere' })
    fleet.setBreaker('mine-1', 'open')
    expect(router.route({ ...request, pinnedModuleId: 'mine' }).kind).toBe('unroutable')
    expect(router.preview({ ...request, pinnedModuleId: 'mine' }).reasons).toEqual([
      'the task is pinned to mine, which cannot take it now',
      'mine skipped: breaker open',
    ])
    expect(router.preview({ ...request, pinnedModuleId: 'gone' }).reasons).toEqual([
      'the task is pinned to gone, which cannot run work',
    ])
  })

  test('what is unroutable says why, service by service, and takes nothing', () => {
    const fleet = new FakeFleet(buildModule('a'), buildModule('b', { enabled: false }))
    fleet.setBreaker('a-1', 'open')
    const router = stage.createRouter(fleet)
    const { kind, decision } = router.route(request)
    expect(kind).toBe('unroutable')
    expect(decision).toMatchObject({ moduleId: null, instanceId: null, strategy: null, probability: 0, confidence: 0 })
    expect(decision.reasons).toEqual(['nothing can take work now', 'a skipped: breaker open', 'b skipped: disabled'])
    expect(router.route({ ...request, taskType: 'unheard' }).decision.reasons).toEqual([
      'no module has the capability unheard',
    ])
    expect(router.knowsType('default', 'work')).toBe(true)
    expect(router.knowsType('default', 'unheard')).toBe(false)
    expect(router.knowsType('other', 'work')).toBe(false)
  })

  test('the next service takes over when the best one can take nothing, and again when it can', () => {
    stage.learn('best', 100, 0)
    const fleet = new FakeFleet(buildModule('best'), buildModule('next'))
    const router = stage.createRouter(fleet)
    fleet.setBreaker('best-1', 'open')
    const result = routed(router.route(request))
    expect(result.module.id).toBe('next')
    expect(result.decision.reasons).toContain('best skipped: breaker open')
    fleet.setBreaker('best-1', 'half_open')
    expect(routed(router.route(request)).module.id).toBe('best')
    expect(routed(router.route(request)).module.id).toBe('next')
    expect(router.stats('default').fallbacks).toBe(2)
  })
})

describe('slots', () => {
  test('a routed task holds its slot until it is released, once', () => {
    const router = stage.createRouter(
      new FakeFleet(buildModule('m', { instances: [buildInstance('a', { capacity: 1 })] })),
    )
    const { slot } = routed(router.route(request))
    expect(router.route(request).kind).toBe('unroutable')
    slot.release({ ok: true, durationMs: 5 })
    slot.release({ ok: true, durationMs: 5 })
    expect(router.freeSlots({ tenantId: 'default', taskType: 'work' })).toBe(1)
  })

  test('free slots are exactly as many as tasks can then be routed, whatever the fleet is like', () => {
    const anyFleet = fc.array(
      fc.record({
        enabled: fc.boolean(),
        cpu: fc.nat(2),
        strategy: fc.constantFrom<BalancingStrategy>(...balancingStrategies),
        instances: fc.array(
          fc.record({
            capacity: fc.integer({ min: 1, max: 4 }),
            busy: fc.integer({ min: 0, max: 4 }),
            health: fc.constantFrom('healthy' as const, 'degraded' as const, 'unhealthy' as const, 'unknown' as const),
            breaker: fc.constantFrom('closed' as const, 'open' as const, 'half_open' as const),
          }),
          { maxLength: 4 },
        ),
      }),
      { maxLength: 4 },
    )
    fc.assert(
      fc.property(
        anyFleet,
        fc.option(fc.nat(3)),
        fc.nat(2),
        fc.double({ min: 0, max: 0.1, noNaN: true }),
        (modules, pin, needed, rate) => {
          stage = new RouterStage()
          const fleet = new FakeFleet()
          for (const [place, { enabled, cpu, strategy, instances }] of modules.entries()) {
            const id = `m${place}`
            const own = instances.map(({ capacity }, index) => buildInstance(`${id}-${index}`, { capacity }))
            fleet.put(buildModule(id, { enabled, strategy, instances: own, resources: { cpu, memoryMb: 0 } }))
            for (const [index, { capacity, busy, health, breaker }] of instances.entries()) {
              const instanceId = `${id}-${index}`
              fleet.setHealth(instanceId, health)
              fleet.setBreaker(instanceId, breaker)
              for (let call = 0; call < Math.min(busy, capacity); call++) {
                stage.occupy(id, instanceId)
              }
            }
          }
          const router = stage.createRouter(fleet, { explorationRate: rate })
          const pinnedModuleId = pin === null ? null : `m${pin}`
          const resources = { cpu: needed, memoryMb: 0 }
          const asked = { ...request, pinnedModuleId, resources }
          const free = router.freeSlots(asked)
          let taken = 0
          while (router.route(asked).kind === 'routed') taken += 1
          expect(taken).toBe(free)
          expect(router.freeSlots(asked)).toBe(0)
          expect(router.stats('default')).toMatchObject({ totalRoutes: taken, unroutable: 1 })
        },
      ),
    )
  })

  test('a preview takes no slot, counts nothing and moves no turn', () => {
    const fleet = new FakeFleet(
      buildModule('m', { strategy: 'round_robin', instances: ['a', 'b', 'c'].map(id => buildInstance(id)) }),
    )
    const router = stage.createRouter(fleet)
    const served = ['a', 'b', 'c', 'a'].map(() => {
      const previewed = router.preview(request)
      const { instance, decision } = routed(router.route(request))
      expect(decision).toEqual(previewed)
      return instance.id
    })
    expect(served).toEqual(['a', 'b', 'c', 'a'])
    expect(router.stats('default').totalRoutes).toBe(4)
    expect(router.freeSlots({ tenantId: 'default', taskType: 'work' })).toBe(26)
  })
})

describe('large fleets', () => {
  test('health and breakers are asked again within fifty milliseconds, and nothing barred is ever chosen', async () => {
    const fleet = new FakeFleet(...buildModules(2, 40))
    const router = stage.createRouter(fleet)
    expect(router.freeSlots({ tenantId: 'default', taskType: 'work' })).toBe(800)
    for (let index = 0; index < 39; index++) fleet.setHealth(`m0-${index}`, 'unhealthy')
    for (let call = 0; call < 10; call++) expect(routed(router.route(request)).instance.id).toBe('m0-39')
    expect(routed(router.route(request)).module.id).toBe('m1')
    await stage.clock.advance(50)
    expect(router.freeSlots({ tenantId: 'default', taskType: 'work' })).toBe(399)
  })
})

test('a change of the registry holds from the next decision on, and calls in flight still count', () => {
  const module = buildModule('m', { instances: [buildInstance('a', { capacity: 2 })] })
  const fleet = new FakeFleet(module)
  const router = stage.createRouter(fleet)
  routed(router.route(request))
  fleet.put({ ...module, instances: [buildInstance('a', { capacity: 3 }), buildInstance('b', { capacity: 1 })] })
  expect(router.freeSlots({ tenantId: 'default', taskType: 'work' })).toBe(3)
  fleet.put({ ...module, enabled: false })
  expect(router.freeSlots({ tenantId: 'default', taskType: 'work' })).toBe(0)
  expect(router.route(request).decision.reasons).toContain('m skipped: disabled')
  fleet.remove('m')
  expect(router.knowsType('default', 'work')).toBe(false)
})

test('types that share one list of modules are judged apart', () => {
  const fleet = new FakeFleet(buildModule('a'), buildModule('b'))
  const modules = fleet.list('default')
  fleet.capableOf = () => modules
  stage.learn('a', 20, 0)
  stage.learn('a', 0, 1, 'rest')
  const router = stage.createRouter(fleet)
  expect(router.preview(request).moduleId).toBe('a')
  expect(router.preview({ ...request, taskType: 'rest' }).moduleId).toBe('b')
})

test('statistics are kept per tenant', () => {
  const fleet = new FakeFleet(buildModule('a'), buildModule('b', { tenantId: 'other' }))
  const router = stage.createRouter(fleet)
  for (let call = 0; call < 3; call++) router.route(request)
  router.route({ ...request, failedModuleIds: ['a'] })
  router.route({ ...request, tenantId: 'other', failedModuleIds: ['elsewhere'] })
  expect(router.stats('default')).toEqual({
    totalRoutes: 3,
    serviceDistribution: { a: 3 },
    fallbacks: 0,
    fallbackRate: 0,
    unroutable: 1,
    types: [{ type: request.taskType, routes: 3, fallbacks: 0, fallbackRate: 0, unroutable: 1 }],
  })
  expect(router.stats('other')).toMatchObject({ totalRoutes: 1, serviceDistribution: { b: 1 }, fallbackRate: 1 })
  expect(router.stats('unheard')).toMatchObject({ totalRoutes: 0, fallbackRate: 0 })
})
