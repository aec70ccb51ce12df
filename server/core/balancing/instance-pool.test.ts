import { beforeEach, expect, test } from 'vitest'
import { FakeClock } from '#server/testing/fake-clock.ts'
import { buildInstance, buildModule, FakeFleet } from '#server/testing/fake-fleet.ts'
import { createSeededRandom } from '#server/testing/seeded-random.ts'
import { InstancePool } from './instance-pool.ts'
import { createLoadTable, type InstanceLoads } from './load-table.ts'

const longAgoLooked = 60_000
let clock: FakeClock
let fleet: FakeFleet
let load: InstanceLoads

beforeEach(() => {
  clock = new FakeClock()
  fleet = new FakeFleet()
  load = createLoadTable({ clock })
})

function buildPool(...instances: ReturnType<typeof buildInstance>[]): InstancePool {
  return new InstancePool(buildModule('m', { instances }), {
    load,
    clock,
    breakers: fleet,
    health: fleet.health,
    random: createSeededRandom(1),
    moduleLimit: () => null,
  })
}

function chosenIds(pool: InstancePool, times: number): Set<string | undefined> {
  return new Set(Array.from({ length: times }, () => pool.choose(clock.now())?.member.instance.id))
}

test('only healthy or unknown instances with a free slot and a breaker that admits are chosen', () => {
  const ids = ['sick', 'open', 'full', 'degraded', 'unknown', 'well']
  const pool = buildPool(...ids.map(id => buildInstance(id, { capacity: 1 })))
  fleet.setHealth('sick', 'unhealthy')
  fleet.setHealth('degraded', 'degraded')
  fleet.setHealth('unknown', 'unknown')
  fleet.setBreaker('open', 'open')
  load.acquire({ tenantId: 'default', moduleId: 'm', instanceId: 'full' })
  pool.refresh(clock.now(), 0)
  expect(chosenIds(pool, 200)).toEqual(new Set(['degraded', 'unknown', 'well']))
  expect(pool.freeSlots()).toBe(3)
})

test('slots taken are never more than the capacity', () => {
  const pool = buildPool(buildInstance('a', { capacity: 3 }), buildInstance('b', { capacity: 4 }))
  pool.refresh(clock.now(), 0)
  let taken = 0
  for (let choice = pool.choose(clock.now()); choice; choice = pool.choose(clock.now())) {
    pool.take(choice)
    taken += 1
    expect(pool.freeSlots()).toBe(7 - taken)
  }
  expect(taken).toBe(7)
  expect(pool.hasRoom()).toBe(false)
})

test('an instance whose breaker is probed gets one call at a time', () => {
  const pool = buildPool(buildInstance('a'))
  fleet.setBreaker('a', 'open', true)
  pool.refresh(clock.now(), 0)
  expect(pool.freeSlots()).toBe(1)
  const choice = pool.choose(clock.now())
  const slot = choice && pool.take(choice)
  expect(pool.choose(clock.now())).toBeNull()
  expect(pool.members[0]?.exclusion()).toBe('breaker_open')
  slot?.release({ ok: true, durationMs: 1 })
  expect(pool.choose(clock.now())).not.toBeNull()
})

test('nothing is chosen on an old look', async () => {
  const pool = buildPool(buildInstance('a'), buildInstance('b'))
  pool.refresh(clock.now(), 0)
  await clock.advance(10)
  fleet.setBreaker('a', 'open')
  pool.refresh(clock.now(), longAgoLooked)
  expect(chosenIds(pool, 50)).toEqual(new Set(['b']))
  fleet.setHealth('b', 'unhealthy')
  expect(pool.choose(clock.now())).toBeNull()
})

test('a look is kept for as long as it may be, and not when the clock was set back', async () => {
  const pool = buildPool(buildInstance('a'))
  pool.refresh(clock.now(), 0)
  fleet.setHealth('a', 'unhealthy')
  await clock.advance(49)
  pool.refresh(clock.now(), 50)
  expect(pool.freeSlots()).toBe(10)
  pool.refresh(clock.now() - 3_600_000, 50)
  expect(pool.freeSlots()).toBe(0)
})

test('a new instance reaches its full share after thirty seconds', async () => {
  const pool = buildPool(buildInstance('old'), buildInstance('new', { registeredAt: clock.now() }))
  const ramp = () => {
    pool.refresh(clock.now(), 0)
    return pool.members[1]?.ramp
  }
  expect(ramp()).toBe(0.1)
  await clock.advance(15_000)
  expect(ramp()).toBeCloseTo(0.5)
  await clock.advance(15_000)
  expect(ramp()).toBe(1)
  expect(pool.members[0]?.ramp).toBe(1)
})

test('an instance that was slow or failed gets another chance after thirty seconds without news', async () => {
  const pool = buildPool(buildInstance('a'))
  const key = { tenantId: 'default', moduleId: 'm', instanceId: 'a' }
  load.acquire(key).release({ ok: true, durationMs: 800 })
  load.acquire(key).release({ ok: false, durationMs: 10 })
  pool.refresh(clock.now(), 0)
  expect(pool.members[0]).toMatchObject({ latencyMs: 800, failureShare: 0.2 })
  await clock.advance(30_001)
  pool.refresh(clock.now(), 0)
  expect(pool.members[0]).toMatchObject({ latencyMs: null, failureShare: 0 })
  load.acquire(key).release({ ok: true, durationMs: 100 })
  pool.refresh(clock.now(), 0)
  expect(pool.members[0]).toMatchObject({ latencyMs: 100, failureShare: 0 })
})
