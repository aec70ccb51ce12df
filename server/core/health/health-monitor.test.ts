import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FakeClock } from '../../testing/fake-clock.ts'
import { createSeededRandom } from '../../testing/seeded-random.ts'
import type { NewEvent } from '../operations.ts'
import { MemoryCatalog } from '../registry/module-catalog.ts'
import type { ModuleRecord } from '../registry/module-record.ts'
import { ann, instanceRecord, moduleRecord } from '../registry/testing/builders.ts'
import { silentLogger } from '../shared/logger.ts'
import { HealthMonitor } from './health-monitor.ts'
import { FakeDriver } from './testing/fake-driver.ts'
import { MemoryHealthStore } from './testing/memory-health-store.ts'

const tenant = 'default'
const second = 1_000
let clock: FakeClock
let catalog: MemoryCatalog
let driver: FakeDriver
let store: MemoryHealthStore
let events: NewEvent[]
let monitor: HealthMonitor

beforeEach(() => {
  clock = new FakeClock()
  catalog = new MemoryCatalog(silentLogger)
  driver = new FakeDriver()
  store = new MemoryHealthStore()
  events = []
  monitor = openMonitor()
})
afterEach(() => monitor.stop())

function openMonitor(): HealthMonitor {
  return new HealthMonitor({
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
    random: createSeededRandom(1),
    logger: silentLogger,
  })
}

function put(id: string, overrides: Partial<ModuleRecord> = {}): ModuleRecord {
  const module = moduleRecord(id, overrides)
  catalog.apply(tenant, id, module)
  return module
}

function endpointOf(id: string): string {
  return `http://10.0.0.1/${id}`
}

function idOf(endpoint: string): string {
  return instanceRecord(endpoint).id
}

function typesOf(id: string | null): string[] {
  return events.filter(event => (event.moduleId ?? null) === id).map(event => event.type)
}

async function fail(id: string): Promise<void> {
  driver.set(endpointOf(id), 'unhealthy')
  await clock.advance(40 * second)
}

describe('active checks', () => {
  test('a newly registered module is checked at once, and then every 30 s, give or take a tenth', async () => {
    await monitor.start()
    put('a')
    await clock.advance(0)
    expect(monitor.module(tenant, 'a')).toMatchObject({ state: 'healthy', score: 100 })
    await clock.advance(300 * second)
    expect(driver.checked.length).toBeGreaterThanOrEqual(9)
    expect(driver.checked.length).toBeLessThanOrEqual(13)
  })

  test('the first checks of 1,000 modules are spread, and all done within 15 s', async () => {
    for (let i = 0; i < 1_000; i++) put(`m${i}`)
    await monitor.start()
    await clock.advance(1)
    expect(driver.checked.length).toBeLessThan(20)
    await clock.advance(15 * second)
    expect(new Set(driver.checked).size).toBe(1_000)
  })

  test('never more than 128 are under way at once, and none is left out', async () => {
    for (let i = 0; i < 300; i++) driver.set(endpointOf(`m${i}`), 'hangs')
    await monitor.start()
    for (let i = 0; i < 300; i++) put(`m${i}`)
    await clock.advance(16 * second)
    expect(driver.mostUnderWay).toBe(128)
    expect(new Set(driver.checked).size).toBe(300)
  })

  test('one that does not answer is given up after 5 s and counts as failed', async () => {
    await monitor.start()
    driver.set(endpointOf('a'), 'hangs')
    put('a')
    await clock.advance(4.9 * second)
    expect(monitor.module(tenant, 'a').state).toBe('unknown')
    await clock.advance(0.2 * second)
    expect(monitor.module(tenant, 'a').state).toBe('unhealthy')
    expect(monitor.module(tenant, 'a').reason).toContain('does not answer within 5 s')
  })

  test('a dead instance is noticed within seconds when calls to it fail, long before its next check', async () => {
    await monitor.start()
    put('a')
    await clock.advance(10 * second)
    driver.set(endpointOf('a'), 'unhealthy')
    for (let i = 0; i < 5; i++) monitor.observeCall(tenant, 'a', idOf(endpointOf('a')), { ok: false, durationMs: 5 })
    await clock.advance(5 * second)
    expect(monitor.module(tenant, 'a').state).toBe('unhealthy')
  })

  test('a disabled or removed module is not checked any more; enabling checks it at once', async () => {
    await monitor.start()
    const module = put('a')
    await clock.advance(second)
    put('a', { enabled: false, disabled: { reason: 'x', by: 'Ann', at: 0, giveUpAt: null } })
    const checks = driver.checked.length
    await clock.advance(120 * second)
    expect(driver.checked).toHaveLength(checks)
    expect(monitor.module(tenant, 'a').state).toBe('healthy')
    catalog.apply(tenant, 'a', module)
    await clock.advance(0)
    expect(driver.checked).toHaveLength(checks + 1)
    catalog.apply(tenant, 'a', null)
    await clock.advance(120 * second)
    expect(driver.checked).toHaveLength(checks + 1)
    expect(monitor.module(tenant, 'a').state).toBe('unknown')
  })

  test('checking now also checks a disabled module, and joins a check that is under way', async () => {
    await monitor.start()
    put('a', { enabled: false })
    const readings = await Promise.all([monitor.checkNow(tenant, 'a'), clock.advance(0)])
    expect(readings[0]).toMatchObject({ state: 'healthy' })
    put('b')
    const [first, again] = [monitor.checkNow(tenant, 'b'), monitor.checkNow(tenant, 'b')]
    await Promise.all([first, again, clock.advance(0)])
    expect(driver.checked.filter(endpoint => endpoint === endpointOf('b'))).toHaveLength(1)
  })

  test('stopping leaves no timer behind', async () => {
    put('a')
    monitor.registerSystem({ id: 's', name: 'S', probe: async () => ({ score: 100, reason: 'ok' }) })
    await monitor.start()
    await clock.advance(100 * second)
    await monitor.stop()
    await clock.advance(0)
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('a module', () => {
  test('scores the mean of its instances by capacity, and names the worst', async () => {
    await monitor.start()
    driver.set('http://10.0.0.2', 'unhealthy')
    const instances = [
      instanceRecord('http://10.0.0.1', { capacity: 30 }),
      instanceRecord('http://10.0.0.2', { capacity: 10 }),
    ]
    put('a', { instances })
    await clock.advance(second)
    expect(monitor.module(tenant, 'a')).toMatchObject({ state: 'degraded', score: 75 })
    expect(monitor.module(tenant, 'a').reason).toMatch(/^1 of 2 instances are healthy; the worst, http:\/\/10.0.0.2: /)
  })

  test('without instances, or not yet checked, is unknown and no member of the score', async () => {
    await monitor.start()
    put('a', { instances: [] })
    await clock.advance(second)
    expect(monitor.module(tenant, 'a')).toMatchObject({ state: 'unknown', reason: 'It has no instances' })
    expect(monitor.summary(tenant)).toMatchObject({ score: 100, modules: { score: null, members: [] } })
  })

  test('keeps what was seen of an instance when only its capacity changes', async () => {
    await monitor.start()
    put('a')
    await clock.advance(second)
    put('a', { instances: [instanceRecord(endpointOf('a'), { capacity: 99 })] })
    expect(monitor.module(tenant, 'a').state).toBe('healthy')
    expect(monitor.evidence(tenant, 'a', idOf(endpointOf('a')), 33)?.saturation.standing).toBe('33 %')
  })
})

describe('the overall score', () => {
  beforeEach(async () => {
    monitor.registerSystem({ id: 'db', name: 'Database', probe: async () => systemAnswer() })
    await monitor.start()
    put('a')
    put('b')
    await clock.advance(second)
  })
  let systemAnswer = () => ({ score: 100, reason: 'answers' })
  afterEach(() => {
    systemAnswer = () => ({ score: 100, reason: 'answers' })
  })

  test('is 60 % systems and 40 % modules, and names what is below 80, worst first', async () => {
    await fail('a')
    expect(monitor.summary(tenant)).toMatchObject({
      score: 80,
      status: 'degraded',
      systems: { score: 100 },
      modules: { score: 50 },
      breakdown: { healthy: 2, degraded: 0, critical: 0, emergency: 1 },
      unhealthy: [{ id: 'a', score: 0, kind: 'module' }],
    })
    systemAnswer = () => ({ score: 30, reason: 'slow' })
    await clock.advance(6 * second)
    const summary = monitor.summary(tenant)
    expect(summary).toMatchObject({ score: 38, status: 'emergency', systems: { members: [{ reason: 'slow' }] } })
    expect(summary.unhealthy.map(member => member.id)).toEqual(['a', 'db'])
  })

  test('a disabled module is listed but does not count', async () => {
    await fail('a')
    put('a', { enabled: false, disabled: { reason: 'repair', by: 'Ann', at: 0, giveUpAt: null } })
    expect(monitor.summary(tenant)).toMatchObject({
      score: 100,
      modules: { score: 100, members: [{ id: 'a', weight: 0, reason: 'Disabled by Ann: repair' }, { id: 'b' }] },
      unhealthy: [],
    })
    expect(monitor.unhealthy(tenant, 100)).toEqual([])
  })

  test('members keep since when they are as they are, whatever later checks find the same', async () => {
    const memberOf = (id: string) => {
      const { systems, modules } = monitor.summary(tenant)
      return [...systems.members, ...modules.members].find(member => member.id === id)
    }
    await fail('a')
    systemAnswer = () => ({ score: 30, reason: 'slow' })
    await clock.advance(6 * second)
    const [module, system] = [memberOf('a'), memberOf('db')]
    await clock.advance(600 * second)
    expect([memberOf('a')?.since, memberOf('db')?.since]).toEqual([module?.since, system?.since])
    expect(memberOf('a')?.checkedAt).not.toBe(module?.checkedAt)
    expect(memberOf('db')?.checkedAt).not.toBe(system?.checkedAt)
    driver.set(endpointOf('a'), 'healthy')
    await clock.advance(60 * second)
    const recoveredAt = Date.parse(memberOf('a')?.since ?? '')
    expect(recoveredAt).toBeGreaterThan(Date.parse(module?.checkedAt ?? '') + 500 * second)
  })

  test('a probe that fails or hangs counts as 0, and says so', async () => {
    systemAnswer = () => {
      throw new Error('secret detail')
    }
    await clock.advance(6 * second)
    expect(monitor.summary(tenant).systems.members).toMatchObject([{ score: 0, reason: 'It cannot be probed' }])
    systemAnswer = () => new Promise(() => {}) as never
    await clock.advance(12 * second)
    expect(monitor.summary(tenant).systems.members).toMatchObject([{ score: 0, reason: 'No answer within 5 s' }])
  })

  test('keeps since when its band is what it is', async () => {
    const before = monitor.summary(tenant).since
    await clock.advance(60 * second)
    expect(monitor.summary(tenant).since).toBe(before)
    const failedAt = clock.now()
    await fail('a')
    const { since } = monitor.summary(tenant)
    expect(Date.parse(since)).toBeGreaterThan(failedAt)
    await clock.advance(60 * second)
    expect(monitor.summary(tenant).since).toBe(since)
  })

  test('its band and since survive a restart, however long the first checks take', async () => {
    await fail('a')
    await clock.advance(60 * second)
    const before = monitor.summary(tenant)
    await monitor.stop()
    driver.set(endpointOf('a'), 'hangs')
    monitor = openMonitor()
    monitor.registerSystem({ id: 'db', name: 'Database', probe: async () => systemAnswer() })
    events = []
    await monitor.start()
    await clock.advance(20 * second)
    expect(monitor.summary(tenant)).toMatchObject({ status: before.status, since: before.since })
    expect(events.filter(event => event.type === 'system.health_changed')).toEqual([])
  })
})

describe('events', () => {
  test('tell each change once, however many checks there are', async () => {
    await monitor.start()
    put('a')
    await clock.advance(100 * second)
    expect(typesOf('a')).toEqual(['health.check_passed', 'module.health_changed'])
    await fail('a')
    await clock.advance(100 * second)
    expect(typesOf('a').slice(2)).toEqual(['health.check_failed', 'module.health_changed', 'module.health_changed'])
    expect(events.filter(event => event.type === 'module.health_changed').map(event => event.data)).toMatchObject([
      { from: 'unknown', to: 'healthy' },
      { from: 'healthy', to: 'degraded' },
      { from: 'degraded', to: 'unhealthy' },
    ])
    expect(events.filter(event => event.type === 'system.health_changed')).toMatchObject([
      { data: { system: null, from: 'healthy', to: 'degraded' } },
      { data: { system: null, from: 'degraded', to: 'emergency', score: 0 } },
    ])
  })

  test('a start with a healthy fleet makes none; what is down is told', async () => {
    put('well')
    put('down')
    driver.set(endpointOf('down'), 'unhealthy')
    await monitor.start()
    await clock.advance(second)
    expect(typesOf('well')).toEqual([])
    expect(typesOf('down')).toEqual(['health.check_failed', 'module.health_changed'])
  })

  test('a disabled module makes none', async () => {
    await monitor.start()
    put('a', { enabled: false })
    driver.set(endpointOf('a'), 'unhealthy')
    await Promise.all([monitor.checkNow(tenant, 'a'), clock.advance(0)])
    expect(typesOf('a')).not.toContain('module.health_changed')
  })

  test('a system that changes its state is told, in every tenant', async () => {
    let score = 100
    monitor.registerSystem({ id: 'db', name: 'Database', probe: async () => ({ score, reason: 'as set' }) })
    await monitor.start()
    catalog.apply('other', 'x', moduleRecord('x', { tenantId: 'other', instances: [] }))
    await clock.advance(second)
    expect(events).toEqual([])
    score = 40
    await clock.advance(5 * second)
    const told = events.filter(event => event.data?.['system'] === 'db')
    expect(told.map(event => event.tenantId).sort()).toEqual(['default', 'other'])
    expect(told[0]?.data).toMatchObject({ name: 'Database', from: 'healthy', to: 'unhealthy', score: 40 })
  })
})

describe('reports', () => {
  const watchdog = { kind: 'service', id: 'k', name: 'Watchdog', tenantId: tenant, scopes: ['health:report'] } as const

  beforeEach(async () => {
    await monitor.start()
    put('a')
    await clock.advance(second)
  })

  test('are believed for 90 s', async () => {
    await monitor.report(watchdog, { moduleId: 'a', status: 'unhealthy', details: { reason: 'disk full' } })
    expect(monitor.module(tenant, 'a')).toMatchObject({ state: 'unhealthy', score: 50 })
    expect(monitor.module(tenant, 'a').reason).toContain('reported unhealthy by Watchdog: disk full')
    await clock.advance(80 * second)
    expect(monitor.module(tenant, 'a').state).toBe('unhealthy')
    await clock.advance(45 * second)
    expect(monitor.module(tenant, 'a').state).toBe('healthy')
  })

  test('about nobody are refused, and so are those of a module about another', async () => {
    const key = { kind: 'module', id: 'm', name: 'b', tenantId: tenant, moduleId: 'b' } as const
    await expect(monitor.report(key, { moduleId: 'a', status: 'healthy' })).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(monitor.report(ann, { moduleId: 'zz', status: 'healthy' })).rejects.toMatchObject({
      code: 'MODULE_NOT_FOUND',
    })
    await expect(monitor.report(ann, { moduleId: 'a', instanceId: 'i-x', status: 'healthy' })).rejects.toMatchObject({
      code: 'INSTANCE_NOT_FOUND',
    })
  })
})

describe('history', () => {
  test('has a point every 30 s and one at each change of band', async () => {
    await monitor.start()
    put('a')
    await clock.advance(119 * second)
    expect(store.points.map(point => point.score)).toEqual([100, 100, 100])
    await fail('a')
    expect(new Set(store.points.map(point => point.status))).toEqual(new Set(['healthy', 'degraded', 'emergency']))
    const range = { from: new Date(clock.now() - 200 * second).toISOString(), to: new Date(clock.now()).toISOString() }
    const points = await monitor.history(tenant, range)
    expect(points).toEqual(
      store.points.map(({ at, score, status }) => ({ at: new Date(at).toISOString(), score, status })),
    )
  })

  test('nothing is lost while the database is away for a while', async () => {
    await monitor.start()
    const append = store.append.bind(store)
    store.append = async () => {
      throw new Error('database away')
    }
    await clock.advance(95 * second)
    expect(store.points).toEqual([])
    store.append = append
    await clock.advance(30 * second)
    expect(store.points).toHaveLength(4)
  })

  test('ends after 30 days', async () => {
    const old = { tenantId: tenant, score: 1, status: 'emergency', systems: null, modules: null } as const
    await store.append([
      { ...old, at: clock.now() - 31 * 86_400_000 },
      { ...old, at: clock.now() - 29 * 86_400_000 },
    ])
    await monitor.start()
    await clock.advance(31 * second)
    expect(store.points.map(point => point.score)).toEqual([1, 100])
  })

  test('a range that ends before it begins is refused', async () => {
    const range = { from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' }
    await expect(monitor.history(tenant, range)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })
})

describe('recent calls', () => {
  test('are counted per module over five minutes, with their rate and percentiles', async () => {
    await monitor.start()
    put('a')
    const id = idOf(endpointOf('a'))
    for (let i = 1; i <= 100; i++) {
      monitor.observeCall(tenant, 'a', id, { ok: i % 10 !== 0, durationMs: i })
      await clock.advance(0.6 * second)
    }
    const recent = monitor.recent(tenant, 'a')
    expect(recent).toMatchObject({ calls: 100, failures: 10 })
    expect(recent.callsPerMinute).toBeCloseTo(100, 0)
    expect(recent.p50Ms).toBeGreaterThan(45)
    expect(recent.p50Ms).toBeLessThan(55)
    expect(recent.p95Ms).toBeGreaterThan(88)
    expect(recent.p95Ms).toBeLessThan(102)
    await clock.advance(320 * second)
    expect(monitor.recent(tenant, 'a')).toEqual({ calls: 0, failures: 0, callsPerMinute: 0, p50Ms: null, p95Ms: null })
  })
})
