import { beforeEach, expect, test } from 'vitest'
import { FakeClock } from '../../testing/fake-clock.ts'
import { createSeededRandom } from '../../testing/seeded-random.ts'
import type { NewEvent } from '../operations.ts'
import { instanceIdOf } from '../registry/instance-identity.ts'
import { MemoryCatalog } from '../registry/module-catalog.ts'
import { ann, moduleRecord } from '../registry/testing/builders.ts'
import type { CheckSignal } from '../replicas/signals.ts'
import { silentLogger } from '../shared/logger.ts'
import { HealthMonitor } from './health-monitor.ts'
import { FakeDriver } from './testing/fake-driver.ts'
import { MemoryHealthStore } from './testing/memory-health-store.ts'

const tenant = 'default'
const second = 1_000
const moduleIds = Array.from({ length: 30 }, (_, index) => `m${index}`)
let clock: FakeClock
let catalog: MemoryCatalog
let isHeard: boolean
let replicas: Map<string, { monitor: HealthMonitor; driver: FakeDriver; store: MemoryHealthStore; events: NewEvent[] }>

beforeEach(async () => {
  clock = new FakeClock()
  catalog = new MemoryCatalog(silentLogger)
  isHeard = true
  replicas = new Map()
  for (const id of moduleIds) catalog.apply(tenant, id, moduleRecord(id))
  for (const own of ['a', 'b', 'c']) {
    const driver = new FakeDriver()
    const store = new MemoryHealthStore()
    const events: NewEvent[] = []
    const monitor = new HealthMonitor({
      catalog,
      drivers: { http: driver },
      store,
      events: {
        publish(event) {
          events.push(event)
          return { withdraw: () => null }
        },
      },
      clock,
      random: createSeededRandom(own.charCodeAt(0)),
      logger: silentLogger,
      fleet: {
        place: () => ({ own, others: [...replicas.keys()].filter(id => id !== own) }),
        keepsHistory: () => own === [...replicas.keys()][0],
        tellCheck: check => tellOthers(own, check),
        tellBeat: beat => {
          for (const [id, { monitor: other }] of replicas) if (id !== own) other.takeBeat(beat)
        },
      },
    })
    replicas.set(own, { monitor, driver, store, events })
  }
  for (const { monitor } of replicas.values()) await monitor.start()
  await clock.advance(60 * second)
  for (const { driver } of replicas.values()) driver.checked.length = 0
})

function tellOthers(from: string, check: CheckSignal): void {
  if (isHeard) for (const [id, { monitor }] of replicas) if (id !== from) monitor.takeChecks([check])
}

/** Checks in all, and how many were made by each. */
function countChecks(): number[] {
  return [...replicas.values()].map(({ driver }) => driver.checked.length)
}

test('three replicas together check as often as one alone would, each its part', async () => {
  await clock.advance(300 * second)
  const counts = countChecks()
  const inAll = counts.reduce((sum, count) => sum + count, 0)
  expect(inAll).toBeGreaterThan(8 * moduleIds.length)
  expect(inAll).toBeLessThan(13 * moduleIds.length)
  for (const count of counts) expect(count).toBeGreaterThan(inAll / 8)
})

test('all of them know what one found out, and it is told once', async () => {
  for (const { driver } of replicas.values()) driver.set('http://10.0.0.1/m7', 'unhealthy')
  await clock.advance(60 * second)
  for (const { monitor } of replicas.values()) expect(monitor.module(tenant, 'm7').state).toBe('unhealthy')
  const told = [...replicas.values()].flatMap(({ events }) => events.filter(event => event.moduleId === 'm7'))
  expect(told.filter(event => event.type === 'health.check_failed')).toHaveLength(1)
  expect(
    told.filter(event => event.type === 'module.health_changed' && event.data?.['to'] === 'unhealthy'),
  ).toHaveLength(1)
})

test('who hears of no checks looks itself', async () => {
  isHeard = false
  await clock.advance(120 * second)
  for (const { driver } of replicas.values()) expect(new Set(driver.checked).size).toBe(moduleIds.length)
})

test('the part of one that dies is checked by those who are left', async () => {
  const dead = replicas.get('b')
  await dead?.monitor.stop()
  replicas.delete('b')
  await clock.advance(120 * second)
  const checked = new Set([...replicas.values()].flatMap(({ driver }) => driver.checked))
  expect(checked.size).toBe(moduleIds.length)
})

test('the history of health is written by one', async () => {
  await clock.advance(300 * second)
  const written = [...replicas.values()].map(async ({ store }) => {
    const points = await store.range(tenant, clock.now() - 300 * second, clock.now(), 100)
    return points.length
  })
  const [byKeeper, ...byOthers] = await Promise.all(written)
  expect(byKeeper).toBeGreaterThanOrEqual(10)
  expect(byOthers).toEqual([0, 0])
})

test('a heartbeat that one receives is known to all, changes no score, and grows stale when three are missing', async () => {
  const all = [...replicas.values()]
  const [first] = all
  const endpoint = 'http://10.0.0.1/m7'
  const beatAxes = () =>
    all.map(({ monitor }) => monitor.evidence(tenant, 'm7', instanceIdOf(endpoint), 0)?.heartbeat.standing)
  const score = first?.monitor.module(tenant, 'm7').score
  expect(beatAxes()).toEqual(['none', 'none', 'none'])
  first?.monitor.heartbeat(ann, { moduleId: 'm7', endpoint, load: 0.6 })
  expect(beatAxes()).toEqual(['fresh', 'fresh', 'fresh'])
  expect(all[2]?.monitor.evidence(tenant, 'm7', instanceIdOf(endpoint), 0)?.saturation.standing).toBe('60 %')
  await clock.advance(46 * second)
  expect(beatAxes()).toEqual(['stale', 'stale', 'stale'])
  expect(first?.monitor.module(tenant, 'm7').score).toBe(score)
  expect(() => first?.monitor.heartbeat(ann, { moduleId: 'm7', instanceId: 'i-gone' })).toThrow(
    expect.objectContaining({ code: 'INSTANCE_NOT_FOUND' }),
  )
})
