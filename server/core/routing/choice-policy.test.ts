import { beforeEach, describe, expect, test } from 'vitest'
import { buildInstance, buildModule, buildModules, FakeFleet } from '#server/testing/fake-fleet.ts'
import { createSeededRandom } from '#server/testing/seeded-random.ts'
import { RouterStage, request, routed } from './testing/router-stage.ts'

let stage: RouterStage

beforeEach(() => {
  stage = new RouterStage()
})

describe('a type that operators pinned to a module', () => {
  test('goes there whatever the scores say, never explores, and says why', () => {
    stage.learn('good', 98, 2)
    stage.learn('poor', 20, 80)
    const fleet = new FakeFleet(buildModule('good'), buildModule('poor'))
    const router = stage.createRouter(fleet, { typePin: 'poor', explorationRate: 0.1 })
    for (let call = 0; call < 200; call++) {
      const decision = router.preview(request)
      expect(decision.moduleId).toBe('poor')
      expect(decision.choice).toMatchObject({ rule: 'type_pin', isExplored: false, probability: 1, options: 2 })
    }
    const { reasons, fallbacks } = router.preview(request)
    expect(reasons).toContain('operators pinned this type to it')
    expect(fallbacks).toEqual(['good'])
    routed(router.route(request))
    expect(router.stats('default').fallbacks).toBe(0)
  })

  test('goes by score when that module cannot take it, and there as soon as it can again', () => {
    const fleet = new FakeFleet(
      buildModule('pinned', { instances: [buildInstance('p', { capacity: 1 })] }),
      ...buildModules(2, 1),
    )
    const router = stage.createRouter(fleet, { typePin: 'pinned', explorationRate: 0.1 })
    const { slot } = routed(router.route(request))
    for (let call = 0; call < 50; call++) {
      const { decision, slot: other } = routed(router.route(request))
      expect(decision.choice).toMatchObject({ rule: 'score', isExplored: false, probability: 1 })
      expect(decision.reasons).toContain('pinned skipped: full')
      other.release(null)
    }
    expect(router.stats('default').fallbacks).toBe(50)
    slot.release(null)
    expect(routed(router.route(request)).module.id).toBe('pinned')
  })

  test('a pin of the task and a failure under the lease come before it; a module that is gone pins nothing', () => {
    const fleet = new FakeFleet(...buildModules(3, 1))
    const router = stage.createRouter(fleet, { typePin: 'm1' })
    expect(router.preview({ ...request, pinnedModuleId: 'm2' })).toMatchObject({
      moduleId: 'm2',
      choice: { rule: 'task_pin', options: 1 },
    })
    expect(router.preview({ ...request, failedModuleIds: ['m1'] })).toMatchObject({
      moduleId: 'm0',
      choice: { rule: 'fallback', probability: 1 },
    })
    fleet.remove('m1')
    expect(router.preview(request)).toMatchObject({ moduleId: 'm0', choice: { rule: 'score' } })
  })
})

test('services are chosen exactly as often as their stated probabilities say, with several instances each', () => {
  const fleet = new FakeFleet(...buildModules(3, 4))
  const router = stage.createRouter(fleet, { explorationRate: 0.09 })
  const weights = new Map<string, number>()
  const times = 30_000
  for (let call = 0; call < times; call++) {
    const { moduleId, choice } = router.preview(request)
    weights.set(moduleId ?? '', (weights.get(moduleId ?? '') ?? 0) + 1 / (choice?.probability ?? 0))
  }
  // The sum of inverse probabilities of what was chosen estimates the number of decisions, for every service.
  for (const weight of weights.values()) expect(weight / times).toBeCloseTo(1, 1)
  expect(weights.size).toBe(3)
})

test('in a large fleet an explored choice is stated among the services that truly have room', async () => {
  const fleet = new FakeFleet(...buildModules(3, 40))
  const router = stage.createRouter(fleet, { explorationRate: 0.1, seed: 5 })
  router.preview(request)
  await stage.clock.advance(1)
  for (let index = 0; index < 40; index++) fleet.setHealth(`m0-${index}`, 'unhealthy')
  const explored = Array.from({ length: 2_000 }, () => router.preview(request)).filter(
    ({ choice }) => choice?.isExplored,
  )
  expect(explored.length).toBeGreaterThan(100)
  for (const { moduleId, choice } of explored) {
    expect(moduleId).toBe('m2')
    expect(choice).toMatchObject({ probability: 0.1, options: 2 })
  }
})

test('the stated probability is the true one also while services drop out that seemed to have room', async () => {
  const weights = new Map<string, number>()
  const times = 400
  for (let seed = 1; seed <= times; seed++) {
    stage = new RouterStage()
    const fleet = new FakeFleet(...buildModules(3, 40))
    const router = stage.createRouter(fleet, { explorationRate: 0.1, seed })
    router.preview(request)
    await stage.clock.advance(1)
    for (let index = 0; index < 40; index++) fleet.setHealth(`m1-${index}`, 'unhealthy')
    const { moduleId, choice } = router.preview(request)
    weights.set(moduleId ?? '', (weights.get(moduleId ?? '') ?? 0) + 1 / (choice?.probability ?? 0))
  }
  expect([...weights.keys()].toSorted()).toEqual(['m0', 'm2'])
  // One of ten goes to m2 and counts ten: right to 0.15, one standard error.
  for (const weight of weights.values()) expect(Math.abs(weight / times - 1)).toBeLessThan(0.45)
})

describe('two services of which one is truly better', () => {
  const better = { successRate: 0.9, meanMs: 300, costPerHourUsd: 4 }
  const goals = {
    speed: { ...better, meanMs: 100, successRate: 0.88, costPerHourUsd: 20 },
    quality: { successRate: 0.98, meanMs: 900, costPerHourUsd: 20 },
    cost: { ...better, costPerHourUsd: 1, meanMs: 500 },
    balanced: { ...better, meanMs: 100 },
  } as const
  const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]

  test.each(Object.keys(goals) as (keyof typeof goals)[])(
    'the one that serves the goal %s gets nearly all work, whatever else speaks against it',
    goal => {
      // The worse one wins a tie, so only what is learned can turn work away from it.
      const truths = new Map([
        ['first', better],
        ['second', goals[goal]],
      ])
      for (const seed of seeds) {
        stage = new RouterStage()
        const random = createSeededRandom(seed)
        const modules = [...truths].map(([id, { costPerHourUsd }]) => buildModule(id, { costPerHourUsd }))
        const router = stage.createRouter(new FakeFleet(...modules), {
          explorationRate: 0.05,
          seed,
          goal,
        })
        let toBetter = 0
        const [tasks, judged] = [4_000, 1_000]
        for (let task = 0; task < tasks; task++) {
          const { module, slot } = routed(router.route(request))
          const { successRate, meanMs } = truths.get(module.id) ?? better
          const ok = random() < successRate
          const durationMs = meanMs * (0.5 + random())
          slot.release({ ok, durationMs })
          const errorCode = ok ? null : 'FAILED'
          stage.records.learn({ tenantId: 'default', taskType: 'work', moduleId: module.id, ok, durationMs, errorCode })
          if (task >= tasks - judged && module.id === 'second') toBetter += 1
        }
        expect(toBetter / judged).toBeGreaterThan(0.9)
      }
    },
  )
})
