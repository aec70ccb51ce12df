import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FakeClock } from '#server/testing/fake-clock.ts'
import { buildInstance, buildModule, FakeFleet } from '#server/testing/fake-fleet.ts'
import { followCatalog } from './follow-catalog.ts'
import { createLoadTable } from './load-table.ts'

const key = { tenantId: 'default', moduleId: 'm', instanceId: 'a' }

test('a slot is given back once, however often it is released', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 20 }), releases => {
      const load = createLoadTable({ clock: new FakeClock() })
      const slots = releases.map(times => ({ times, slot: load.acquire(key) }))
      expect(load.inFlight(key)).toBe(releases.length)
      for (const [done, { times, slot }] of slots.entries()) {
        for (let time = 0; time < times; time++) slot.release({ ok: false, durationMs: 1 })
        expect(load.inFlight(key)).toBe(releases.length - done - 1)
      }
      expect(load.totals(key)).toEqual({ calls: releases.length, successes: 0, failures: releases.length })
    }),
  )
})

test('only successful calls shape the latency, and a neutral end teaches nothing', () => {
  const load = createLoadTable({ clock: new FakeClock() })
  expect(load.latencyMs(key)).toBeNull()
  load.acquire(key).release({ ok: false, durationMs: 9_000 })
  load.acquire(key).release(null)
  expect(load.latencyMs(key)).toBeNull()
  load.acquire(key).release({ ok: true, durationMs: 100 })
  load.acquire(key).release({ ok: true, durationMs: 200 })
  expect(load.latencyMs(key)).toBeCloseTo(120)
  expect(load.totals(key)).toEqual({ calls: 4, successes: 2, failures: 1 })
})

test('one instance of two modules or tenants is counted apart', () => {
  const load = createLoadTable({ clock: new FakeClock() })
  load.acquire(key)
  expect(load.inFlight({ ...key, moduleId: 'other' })).toBe(0)
  expect(load.inFlight({ ...key, tenantId: 'other' })).toBe(0)
})

test('the load of an instance that left is forgotten, that of one still at work and of its siblings is kept', () => {
  const module = buildModule('m', { instances: ['a', 'b', 'c'].map(id => buildInstance(id)) })
  const fleet = new FakeFleet(module)
  const load = createLoadTable({ clock: new FakeClock() })
  followCatalog(load, fleet)
  for (const instanceId of ['a', 'b', 'c']) load.acquire({ ...key, instanceId }).release({ ok: true, durationMs: 5 })
  const slot = load.acquire({ ...key, instanceId: 'b' })

  fleet.put({ ...module, instances: [buildInstance('c')] })
  expect(load.totals(key).calls).toBe(0)
  expect(load.totals({ ...key, instanceId: 'b' }).calls).toBe(2)
  expect(load.totals({ ...key, instanceId: 'c' }).calls).toBe(1)

  slot.release(null)
  fleet.remove('m')
  expect(load.totals({ ...key, instanceId: 'b' }).calls).toBe(0)
  expect(load.totals({ ...key, instanceId: 'c' }).calls).toBe(0)
})
