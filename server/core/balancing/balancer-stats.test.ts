import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { FakeClock } from '#server/testing/fake-clock.ts'
import { buildInstance, buildModule, FakeFleet } from '#server/testing/fake-fleet.ts'
import { readBalancerStats } from './balancer-stats.ts'
import { jainIndex } from './fairness.ts'
import { createLoadTable, type InstanceLoads } from './load-table.ts'

let clock: FakeClock
let load: InstanceLoads

beforeEach(() => {
  clock = new FakeClock()
  load = createLoadTable({ clock })
})

function call(moduleId: string, instanceId: string, times: number): void {
  for (let time = 0; time < times; time++) {
    load.acquire({ tenantId: 'default', moduleId, instanceId }).release({ ok: true, durationMs: 1 })
  }
}

test('totals are of enabled modules; a module without calls has no fairness', () => {
  const fleet = new FakeFleet(
    buildModule('on', { instances: [buildInstance('a'), buildInstance('b', { capacity: 30 })] }),
    buildModule('off', { enabled: false }),
    buildModule('elsewhere', { tenantId: 'other' }),
  )
  fleet.setHealth('b', 'unhealthy')
  load.acquire({ tenantId: 'default', moduleId: 'on', instanceId: 'b' })
  const stats = readBalancerStats('default', { catalog: fleet, health: fleet.health, load, clock })
  expect(stats).toMatchObject({ instances: 2, healthy: 1, capacity: 40, inFlight: 1, utilization: 0.025 })
  expect(stats.modules.map(({ moduleId, fairness }) => [moduleId, fairness])).toEqual([
    ['on', 0.5],
    ['off', null],
  ])
})

test('calls are compared with capacity, or with weight where the strategy goes by weights', () => {
  const instances = [buildInstance('a', { capacity: 10, weight: 3 }), buildInstance('b', { capacity: 30, weight: 1 })]
  const fleet = new FakeFleet(
    buildModule('even', { instances }),
    buildModule('weighed', { instances, strategy: 'weighted' }),
  )
  call('even', 'a', 10)
  call('even', 'b', 30)
  call('weighed', 'a', 30)
  call('weighed', 'b', 10)
  const { modules } = readBalancerStats('default', { catalog: fleet, health: fleet.health, load, clock })
  expect(modules.map(({ fairness }) => fairness)).toEqual([1, 1])
  expect(modules[0]?.instances.map(({ calls, share }) => [calls, share])).toEqual([
    [10, 0.25],
    [30, 0.75],
  ])
})

test('an instance that joins late is soon seen as fairly used', async () => {
  const fleet = new FakeFleet(buildModule('m', { instances: [buildInstance('a'), buildInstance('b')] }))
  call('m', 'a', 10_000)
  await clock.advance(3_600_000)
  call('m', 'a', 500)
  call('m', 'b', 500)
  const module = readBalancerStats('default', { catalog: fleet, health: fleet.health, load, clock }).modules[0]
  expect(module?.fairness).toBeGreaterThan(0.99)
  expect(module?.instances[1]?.share).toBeCloseTo(0.5, 1)
  expect(module?.instances[0]?.calls).toBe(10_500)
})

test("Jain's index is 1 for equal shares, 1/n when one has all, and between them otherwise", () => {
  expect(jainIndex([0, 0, 0])).toBeNull()
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 20 }), shares => {
      const index = jainIndex(shares) ?? 0
      expect(index).toBeGreaterThanOrEqual(1 / shares.length - 1e-9)
      expect(index).toBeLessThanOrEqual(1 + 1e-9)
      expect(jainIndex(shares.map(() => 7))).toBeCloseTo(1)
      expect(jainIndex(shares.map((share, place) => (place === 0 ? share : 0)))).toBeCloseTo(1 / shares.length)
    }),
  )
})
