import { beforeEach, describe, expect, test } from 'vitest'
import { buildInstance, buildModule, FakeFleet } from '#server/testing/fake-fleet.ts'
import { RouterStage, request, routed } from './testing/router-stage.ts'

let stage: RouterStage

beforeEach(() => {
  stage = new RouterStage()
})

const priced = (id: string, costPerHourUsd: number, preference = 0) => buildModule(id, { costPerHourUsd, preference })

describe('a budget', () => {
  test('leaves out services that are expected to cost more than is left, and says so', () => {
    stage.learn('dear', 100, 0)
    stage.learn('cheap', 50, 50)
    // 100 ms each: $0.1 and $0.0001.
    const router = stage.createRouter(new FakeFleet(priced('dear', 3_600), priced('cheap', 3.6)))
    expect(routed(router.route({ ...request, budgetLeftUsd: 0.1 })).module.id).toBe('dear')
    const { module, decision } = routed(router.route({ ...request, budgetLeftUsd: 0.0999 }))
    expect(module.id).toBe('cheap')
    expect(decision.reasons).toContain('dear skipped: would exceed the budget of the task')
    expect(routed(router.route({ ...request, complexity: 10, budgetLeftUsd: 1 })).module.id).toBe('dear')
    expect(routed(router.route({ ...request, complexity: 10, budgetLeftUsd: 0.9 })).module.id).toBe('cheap')
  })

  test('that no enabled service fits is told apart from services that are full', () => {
    const fleet = new FakeFleet(priced('a', 3_600), priced('b', 36), buildModule('off', { enabled: false }))
    const router = stage.createRouter(fleet)
    // Without history a second is assumed.
    expect(router.route({ ...request, budgetLeftUsd: 0.009 })).toMatchObject({ kind: 'unroutable', isOverBudget: true })
    fleet.setHealth('b-1', 'unhealthy')
    expect(router.route({ ...request, budgetLeftUsd: 0.01 })).toMatchObject({ kind: 'unroutable', isOverBudget: false })
    const failed = { ...request, budgetLeftUsd: 0.01, failedModuleIds: ['b'] }
    expect(router.route(failed)).toMatchObject({ isOverBudget: false })
    expect(router.route({ ...failed, pinnedModuleId: 'a' })).toMatchObject({ isOverBudget: true })
  })
})

describe('cost-based choice', () => {
  test('prefers the cheapest among services that are not significantly worse, and says what the best would have cost', () => {
    stage.learn('best', 990, 10)
    stage.learn('cheap', 97, 3)
    stage.learn('worse', 80, 20)
    const fleet = new FakeFleet(priced('best', 36, 100), priced('cheap', 18), priced('worse', 1))
    expect(routed(stage.createRouter(fleet).route(request)).module.id).toBe('best')
    const { module, decision } = routed(stage.createRouter(fleet, { isCostBased: true }).route(request))
    expect(module.id).toBe('cheap')
    expect(decision.reasons).toContain(
      'cheaper: $0.0005 a task with its load counted, against $0.0011 on best, which is best by score and not significantly better',
    )
    expect(decision.fallbacks[0]).toBe('best')
  })

  test('says nothing of services that nobody knows: they are neither preferred for their price nor given up for it', () => {
    stage.learn('best', 100, 0)
    stage.learn('new', 19, 0)
    const fleet = new FakeFleet(priced('best', 36, 100), priced('new', 0))
    expect(routed(stage.createRouter(fleet, { isCostBased: true }).route(request)).module.id).toBe('best')
    stage.learn('new', 2, 0)
    expect(routed(stage.createRouter(fleet, { isCostBased: true }).route(request)).module.id).toBe('new')
  })

  test('counts load: a full service of half the price costs as much as an idle one', () => {
    stage.learn('a', 100, 0)
    stage.learn('b', 100, 0)
    const fleet = new FakeFleet(priced('a', 36, 100), priced('b', 20))
    const router = stage.createRouter(fleet, { isCostBased: true })
    const served: string[] = []
    for (let call = 0; call < 12; call++) served.push(routed(router.route(request)).module.id)
    // $20 × (1 + n/10) exceeds $36 × (1 + m/10) once eight run on b and none on a.
    expect(served.slice(0, 8)).toEqual(Array.from({ length: 8 }, () => 'b'))
    expect(served).toContain('a')
    expect(router.stats('default').fallbacks).toBe(0)
  })
})

describe('a concurrency limit of a module', () => {
  test('lets no more calls through than it says, over all instances, and says so', () => {
    const instances = [buildInstance('m-1'), buildInstance('m-2')]
    const router = stage.createRouter(new FakeFleet(buildModule('m', { instances })), { moduleLimit: 3 })
    expect(router.freeSlots({ tenantId: 'default', taskType: 'work' })).toBe(3)
    const slots = [1, 2, 3].map(() => routed(router.route(request)).slot)
    expect(router.freeSlots({ tenantId: 'default', taskType: 'work' })).toBe(0)
    expect(router.route(request)).toMatchObject({
      kind: 'unroutable',
      decision: { candidates: [{ excluded: 'module_limited' }, { excluded: 'module_limited' }] },
    })
    slots[0]?.release(null)
    expect(router.freeSlots({ tenantId: 'default', taskType: 'work' })).toBe(1)
    routed(router.route(request))
  })
})

describe('what a call needs', () => {
  const offering = (id: string, cpu: number, memoryMb: number) => buildModule(id, { resources: { cpu, memoryMb } })

  test.each([
    [{ cpu: 0, memoryMb: 0 }, ['none', 'small', 'large']],
    [{ cpu: 1, memoryMb: 0 }, ['small', 'large']],
    [{ cpu: 1, memoryMb: 512 }, ['small', 'large']],
    [{ cpu: 0.25, memoryMb: 576 }, ['large']],
    [{ cpu: 8, memoryMb: 64 }, []],
  ])('%j runs only where as much is declared, fallbacks included, and the others say why not', (resources, able) => {
    const fleet = new FakeFleet(offering('none', 0, 0), offering('small', 1, 512), offering('large', 4, 4_096))
    const decision = stage.createRouter(fleet).preview({ ...request, resources })
    const excluded = decision.candidates.filter(candidate => candidate.excluded === 'insufficient_resources')
    expect(new Set(excluded.map(candidate => candidate.moduleId))).toEqual(
      new Set(['none', 'small', 'large'].filter(id => !able.includes(id))),
    )
    const chosen = [...(decision.moduleId === null ? [] : [decision.moduleId]), ...decision.fallbacks]
    expect(chosen.toSorted()).toEqual(able.toSorted())
  })
})
