import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { buildModule, buildModules, FakeFleet } from '#server/testing/fake-fleet.ts'
import { RouterStage, request, routed } from './testing/router-stage.ts'

let stage: RouterStage

beforeEach(() => {
  stage = new RouterStage()
})

test('a decision shows the loads the choice stood on and what was learned', () => {
  stage.learn('a', 9, 1)
  stage.occupy('a', 'a-1')
  const fleet = new FakeFleet(buildModule('a', { costPerHourUsd: 2.5 }), buildModule('b'))
  const { decision } = routed(stage.createRouter(fleet).route(request))
  expect(decision.candidates).toEqual([
    expect.objectContaining({
      moduleId: 'a',
      instanceId: 'a-1',
      load: 0.1,
      inFlight: 1,
      capacity: 10,
      successRate: expect.closeTo(0.9, 2) as number,
      meanMs: 100,
      evidence: expect.closeTo(10, 0) as number,
      costPerHourUsd: 2.5,
      excluded: null,
    }),
    expect.objectContaining({ moduleId: 'b', load: 0, successRate: null, meanMs: null, evidence: 0 }),
  ])
  expect(decision.reasons[0]).toBe('a: 90 % of 10 succeeded, mean 100 ms')
  expect(decision.reasons[1]).toMatch(/^score 0\.\d{3}, ahead of b with 0\.\d{3}$/)
  expect(decision.reasons[2]).toBe('instance a-1: 1 of 10 slots in use')
})

test('a decision stays small however large the fleet, always with the chosen instance, and says how many are not listed', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 200 }), (count, instances) => {
      stage = new RouterStage()
      const fleet = new FakeFleet(...buildModules(count, instances), buildModule('off', { enabled: false }))
      const { decision, instance } = routed(stage.createRouter(fleet, { explorationRate: 0.1 }).route(request))
      const { candidates } = decision
      expect(candidates.length).toBeLessThanOrEqual(20)
      expect(new Set(candidates.map(c => c.instanceId ?? c.moduleId)).size).toBe(candidates.length)
      expect(candidates.filter(c => c.instanceId === instance.id)).toHaveLength(1)
      expect(decision.reasons.length).toBeLessThanOrEqual(10)
      const unlisted = count * instances + 1 - candidates.length
      const said = decision.reasons.find(reason => reason.endsWith('not listed'))
      expect(said ? Number.parseInt(said) : 0).toBe(unlisted)
      expect(JSON.stringify(decision).length).toBeLessThan(8_192)
    }),
    { numRuns: 40 },
  )
})

test('the probability is that of the module times that of the instance', () => {
  const fleet = new FakeFleet(...buildModules(2, 4))
  const { decision } = routed(stage.createRouter(fleet, { explorationRate: 0.08 }).route(request))
  expect(decision.moduleId).toBe('m0')
  expect(decision.probability).toBeCloseTo(0.92 / 4)
})
