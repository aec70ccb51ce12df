import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FakeClock } from '#server/testing/fake-clock.ts'
import { buildInstance, buildModule, FakeFleet } from '#server/testing/fake-fleet.ts'
import { createSeededRandom } from '#server/testing/seeded-random.ts'
import type { DeploymentRecord } from '../registry/module-record.ts'
import { InstancePool } from './instance-pool.ts'
import { createLoadTable } from './load-table.ts'
import { VersionSplit } from './version-split.ts'

const deployment: DeploymentRecord = {
  id: 'd',
  version: '2.0.0',
  fromVersions: ['1.0.0'],
  state: 'stepping',
  steps: [25, 100],
  step: 0,
  round: 2,
  minCalls: 0,
  minStepMs: 0,
  tolerance: 0,
  healthyWithinMs: 1_000,
  drainWithinMs: 0,
  startedBy: 'Ann',
  startedAt: 0,
  since: 0,
  endedAt: null,
  reason: null,
  reasonBy: null,
}

test('over any number of calls the new version gets its share, to within one call', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 100 }),
      fc.nat(500),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (percent, calls, start) => {
        const split = new VersionSplit({ version: '2', share: percent / 100 }, () => start)
        let fresh = 0
        for (let call = 0; call < calls; call++) {
          if (split.isDue) fresh += 1
          split.confirm(split.isDue)
        }
        expect(Math.abs(fresh - (calls * percent) / 100)).toBeLessThan(1 + 1e-6)
      },
    ),
  )
})

describe('a pool of two versions', () => {
  const clock = new FakeClock()

  function open(at: Partial<DeploymentRecord>, capacity = { old: 100, fresh: 100 }) {
    const fleet = new FakeFleet()
    const load = createLoadTable({ clock })
    const instances = [
      buildInstance('old', { capacity: capacity.old }),
      buildInstance('fresh', { version: '2.0.0', capacity: capacity.fresh }),
    ]
    const module = buildModule('m', { instances, deployment: { ...deployment, ...at } })
    const random = createSeededRandom(1)
    const pool = new InstancePool(module, {
      load,
      clock,
      breakers: fleet,
      health: fleet.health,
      random,
      moduleLimit: () => null,
    })
    const call = () => {
      const choice = pool.choose(clock.now())
      return choice && { id: choice.member.instance.id, probability: choice.probability, slot: pool.take(choice) }
    }
    const tally = (times: number) => {
      const ids = Array.from({ length: times }, () => {
        const made = call()
        made?.slot.release({ ok: true, durationMs: 1 })
        return made?.id
      })
      return { old: ids.filter(id => id === 'old').length, fresh: ids.filter(id => id === 'fresh').length }
    }
    pool.refresh(clock.now(), 0)
    return { pool, fleet, call, tally }
  }

  test('new instances get no call before the first step, after a stop, and while they are rolled back', () => {
    for (const state of ['joining', 'stopped', 'rolling_back'] as const) {
      expect(open({ state }).tally(50)).toEqual({ old: 50, fresh: 0 })
    }
  })

  test('a step gives the new version exactly its share, and a pause keeps it', () => {
    for (const state of ['stepping', 'paused'] as const)
      expect(open({ state }).tally(100)).toEqual({ old: 75, fresh: 25 })
  })

  test('a full old version does not push calls onto the new one', () => {
    const { call, pool } = open({}, { old: 3, fresh: 100 })
    const ids = Array.from({ length: 10 }, () => call()?.id)
    expect(ids.filter(id => id === 'old')).toHaveLength(3)
    expect(ids.filter(id => id === 'fresh').length).toBeLessThanOrEqual(2)
    expect(pool.freeSlots()).toBeLessThanOrEqual(1)
  })

  test('when nothing of the old version may be called the new one takes all, but not after it was stopped', () => {
    const stepping = open({})
    stepping.fleet.setHealth('old', 'unhealthy')
    stepping.pool.refresh(clock.now(), 0)
    expect(stepping.tally(20)).toEqual({ old: 0, fresh: 20 })
    const stopped = open({ state: 'stopped' })
    stopped.fleet.setHealth('old', 'unhealthy')
    stopped.pool.refresh(clock.now(), 0)
    expect(stopped.call()).toBeNull()
    expect(stopped.pool.freeSlots()).toBe(0)
  })

  test('a new version that is full leaves its turn to the old one', () => {
    expect(open({}, { old: 100, fresh: 1 }).tally(100)).toEqual({ old: 75, fresh: 25 })
    const { call } = open({ step: 1 }, { old: 100, fresh: 1 })
    expect([call()?.id, call()?.id]).toEqual(['fresh', 'old'])
  })

  test('slots are offered as far as the share allows: of 75 calls for the old version, 25 or 26 for the new', () => {
    const { pool } = open({}, { old: 75, fresh: 100 })
    expect([100, 101]).toContain(pool.freeSlots())
  })

  test('the probability that is kept with a decision is the share of the version', () => {
    const { call } = open({})
    const made = Array.from({ length: 8 }, call)
    for (const one of made) expect(one?.probability).toBe(one?.id === 'fresh' ? 0.25 : 0.75)
  })
})
