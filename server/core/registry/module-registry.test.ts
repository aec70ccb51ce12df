import { beforeEach, describe, expect, test } from 'vitest'

import { FakeClock } from '../../testing/fake-clock.ts'
import { createSeededIds } from '../../testing/seeded-random.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import { silentLogger } from '../shared/logger.ts'
import type { CatalogChange } from './module-record.ts'
import { ModuleRegistry } from './module-registry.ts'
import { ann, disabling, registration } from './testing/builders.ts'
import { MemoryModuleStore } from './testing/memory-module-store.ts'
import { typeOnlySchemas } from './testing/type-only-schemas.ts'

const tenant = ann.tenantId
let store: MemoryModuleStore
let registry: ModuleRegistry
let wakes: number

beforeEach(() => {
  store = new MemoryModuleStore()
  wakes = 0
  registry = openRegistry()
})

function openRegistry(): ModuleRegistry {
  let secrets = 0
  return new ModuleRegistry({
    store,
    clock: new FakeClock(),
    ids: createSeededIds(1),
    logger: silentLogger,
    schemas: typeOnlySchemas,
    events: { wake: () => void (wakes += 1) },
    checkEndpoint: endpoint => {
      if (endpoint.includes('169.254.'))
        throw new QuarterdeckError('ADDRESS_NOT_ALLOWED', { message: 'no', action: 'no' })
    },
    newSecret: () => `whsec_${++secrets}`,
  })
}

async function register(id: string, overrides: Record<string, unknown> = {}) {
  return registry.register(ann, registration(id, overrides))
}

/** The error of a call that must fail, without what stands in its message. */
async function refusal(call: Promise<unknown>): Promise<Pick<QuarterdeckError, 'code' | 'details'>> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(error instanceof QuarterdeckError)) throw new Error(`expected a refusal, got ${String(error)}`)
  return { code: error.code, details: error.details }
}

describe('registering', () => {
  test('enables the module, gives it a secret, and answers from memory at once', async () => {
    const module = await register('ocr', { instances: [{ endpoint: 'HTTP://Example.COM:80/ocr/' }] })
    expect(module).toMatchObject({ enabled: true, configVersion: 1, secret: 'whsec_1' })
    expect(module.instances).toMatchObject([{ endpoint: 'http://example.com/ocr', capacity: 10, weight: 1 }])
    expect(registry.get(tenant, 'ocr')).toBe(module)
    expect(registry.capableOf(tenant, 'ocr.run')).toEqual([module])
    expect(wakes).toBe(1)
  })

  test('gives an instance the same id whenever and wherever its endpoint is registered', async () => {
    const first = await register('a', { instances: [{ endpoint: 'http://h:1/x' }] })
    const second = await register('b', { instances: [{ endpoint: 'http://h:1/x/' }, { endpoint: 'http://h:2/x' }] })
    expect(second.instances[0]?.id).toBe(first.instances[0]?.id)
    expect(second.instances[1]?.id).not.toBe(first.instances[0]?.id)
  })

  test('refuses an id that is taken', async () => {
    await register('a')
    expect(await refusal(register('a'))).toMatchObject({ code: 'MODULE_EXISTS' })
  })

  test('names the dependencies nobody knows', async () => {
    await register('known')
    expect(await refusal(register('a', { dependsOn: ['known', 'x', 'y'] }))).toEqual({
      code: 'DEPENDENCY_UNKNOWN',
      details: { id: 'a', unknown: ['x', 'y'] },
    })
  })

  test('refuses a module that needs itself', async () => {
    expect(await refusal(register('a', { dependsOn: ['a'] }))).toEqual({
      code: 'DEPENDENCY_CYCLE',
      details: { cycle: ['a', 'a'] },
    })
  })

  test('registers disabled, and says why, when something it needs is disabled', async () => {
    await register('base')
    await registry.disable(ann, disabling('base', 'maintenance'))
    const module = await register('user', { dependsOn: ['base'] })
    expect(module).toMatchObject({
      enabled: false,
      disabled: { reason: 'Registered while base is disabled', by: 'Ann' },
    })
  })

  test('leaves nothing behind when an address is not allowed', async () => {
    const call = register('a', { instances: [{ endpoint: 'http://ok' }, { endpoint: 'http://169.254.169.254' }] })
    expect(await refusal(call)).toMatchObject({ code: 'ADDRESS_NOT_ALLOWED' })
    expect(registry.list(tenant)).toEqual([])
    expect(await store.loadAll()).toEqual([])
  })

  test.each([
    [
      'the same endpoint twice',
      { instances: [{ endpoint: 'http://h' }, { endpoint: 'http://H:80/' }] },
      'INVALID_INPUT',
    ],
    ['the same capability twice', { capabilities: [{ type: 'x' }, { type: 'x' }] }, 'INVALID_INPUT'],
    ['a NUL character in a name', { name: 'a\0b' }, 'INVALID_INPUT'],
    [
      'half a surrogate pair in a schema',
      { capabilities: [{ type: 'x', inputSchema: { title: '\ud800' } }] },
      'INVALID_SCHEMA',
    ],
    ['a schema that is none', { capabilities: [{ type: 'x', inputSchema: { type: 'nope' } }] }, 'INVALID_SCHEMA'],
    ['an output schema that is none', { capabilities: [{ type: 'x', outputSchema: { type: 1 } }] }, 'INVALID_SCHEMA'],
    [
      'a schema too large',
      { capabilities: [{ type: 'x', inputSchema: { title: 'x'.repeat(70_000) } }] },
      'INVALID_SCHEMA',
    ],
    ['a schema too deep', { capabilities: [{ type: 'x', inputSchema: nested(100) }] }, 'INVALID_SCHEMA'],
  ])('refuses %s', async (_name, overrides, code) => {
    expect(await refusal(register('a', overrides))).toMatchObject({ code })
    expect(await store.loadAll()).toEqual([])
  })

  test('refuses another input schema for a type than the one a module already declares', async () => {
    await register('a', { capabilities: [{ type: 'mail', inputSchema: { type: 'object', required: ['to'] } }] })
    const same = { required: ['to'], type: 'object' }
    await register('b', { capabilities: [{ type: 'mail', inputSchema: same }] })
    await register('c', { capabilities: [{ type: 'mail' }] })
    expect(await refusal(register('d', { capabilities: [{ type: 'mail', inputSchema: { type: 'array' } }] }))).toEqual({
      code: 'SCHEMA_CONFLICT',
      details: { type: 'mail', moduleId: 'a' },
    })
  })

  test('of many at once under one id, exactly one succeeds', async () => {
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => register('a')))
    expect(results.filter(result => result.status === 'fulfilled')).toHaveLength(1)
    expect(registry.list(tenant)).toHaveLength(1)
  })
})

describe('enabling and disabling', () => {
  test('refuses to disable what enabled modules need, and names them', async () => {
    await register('base')
    await register('b', { dependsOn: ['base'] })
    await register('a', { dependsOn: ['base'] })
    await register('indirect', { dependsOn: ['a'] })
    expect(await refusal(registry.disable(ann, disabling('base', 'x')))).toEqual({
      code: 'MODULE_REQUIRED',
      details: { id: 'base', requiredBy: ['a', 'b'] },
    })
    expect(registry.get(tenant, 'base')?.enabled).toBe(true)
  })

  test('names what has to be enabled first, in order', async () => {
    await register('z')
    await register('y', { dependsOn: ['z'] })
    await register('x', { dependsOn: ['y'] })
    for (const id of ['x', 'y', 'z']) await registry.disable(ann, disabling(id, 'night'))
    expect(await refusal(registry.enable(ann, 'x'))).toEqual({
      code: 'MODULE_NEEDS_DISABLED',
      details: { id: 'x', needs: ['z', 'y'] },
    })
  })

  test('twice is once: no second audit entry or event, and the first reason stays', async () => {
    await register('a')
    await registry.disable(ann, disabling('a', 'first'))
    const entries = [store.audit.length, store.events.length, wakes]
    const again = await registry.disable(ann, disabling('a', 'second'))
    expect(again.disabled?.reason).toBe('first')
    await registry.enable(ann, 'a')
    await registry.enable(ann, 'a')
    expect([store.audit.length, store.events.length, wakes]).toEqual(entries.map(count => count + 1))
  })

  test('an unknown module is MODULE_NOT_FOUND', async () => {
    for (const call of [
      registry.enable(ann, 'no'),
      registry.disable(ann, disabling('no', 'x')),
      registry.remove(ann, 'no', 'x'),
    ]) {
      expect(await refusal(call)).toEqual({ code: 'MODULE_NOT_FOUND', details: { id: 'no' } })
    }
  })
})

describe('updating', () => {
  test('changes what is named, keeps the rest, and counts the version up', async () => {
    const before = await register('a', { owner: 'Team', costPerHourUsd: 2 })
    const after = await registry.update(ann, { id: 'a', configVersion: 1, owner: '', preference: 7 })
    expect(after).toEqual({ ...before, owner: null, preference: 7, configVersion: 2 })
  })

  test('of a version that is not the present one is refused with the present configuration', async () => {
    await register('a')
    await registry.update(ann, { id: 'a', configVersion: 1, name: 'Second' })
    expect(await refusal(registry.update(ann, { id: 'a', configVersion: 1, name: 'Other' }))).toMatchObject({
      code: 'VERSION_CONFLICT',
      details: { configVersion: 2, yourVersion: 1, present: { name: 'Second' } },
    })
    expect(registry.get(tenant, 'a')?.name).toBe('Second')
  })

  test('with what is there already changes nothing', async () => {
    const before = await register('a', { dependsOn: [] })
    expect(await registry.update(ann, { id: 'a', configVersion: 1, name: 'Module a', dependsOn: [] })).toBe(before)
    expect(store.audit).toHaveLength(1)
  })

  test('shows the circle that a new dependency would close', async () => {
    await register('a')
    await register('b', { dependsOn: ['a'] })
    await register('c', { dependsOn: ['b'] })
    expect(await refusal(registry.update(ann, { id: 'a', configVersion: 1, dependsOn: ['c'] }))).toEqual({
      code: 'DEPENDENCY_CYCLE',
      details: { cycle: ['a', 'c', 'b', 'a'] },
    })
  })

  test('cannot make an enabled module need a disabled one', async () => {
    await register('base')
    await registry.disable(ann, disabling('base', 'x'))
    await register('a')
    expect(await refusal(registry.update(ann, { id: 'a', configVersion: 1, dependsOn: ['base'] }))).toEqual({
      code: 'MODULE_NEEDS_DISABLED',
      details: { id: 'a', needs: ['base'] },
    })
  })

  test('of two edits made on the same version at once, one is refused', async () => {
    await register('a')
    const results = await Promise.allSettled([
      registry.update(ann, { id: 'a', configVersion: 1, name: 'One' }),
      registry.update(ann, { id: 'a', configVersion: 1, name: 'Two' }),
    ])
    expect(results.map(result => result.status).sort()).toEqual(['fulfilled', 'rejected'])
  })
})

describe('removing', () => {
  test('takes a disabled module that nothing needs', async () => {
    await register('a')
    expect(await refusal(registry.remove(ann, 'a', 'x'))).toMatchObject({ code: 'MODULE_ENABLED' })
    await registry.disable(ann, disabling('a', 'x'))
    await registry.remove(ann, 'a', 'no longer used')
    expect(registry.get(tenant, 'a')).toBeUndefined()
    expect(registry.capableOf(tenant, 'a.run')).toEqual([])
    expect(registry.tenants()).toEqual([])
  })

  test('is refused while even a disabled module names it', async () => {
    await register('base')
    await register('user', { dependsOn: ['base'] })
    await registry.disable(ann, disabling('user', 'x'))
    await registry.disable(ann, disabling('base', 'x'))
    expect(await refusal(registry.remove(ann, 'base', 'x'))).toEqual({
      code: 'MODULE_REQUIRED',
      details: { id: 'base', requiredBy: ['user'] },
    })
  })
})

describe('instances', () => {
  test('join, come back as the same one with another capacity, and leave', async () => {
    await register('a', { instances: [] })
    const input = { moduleId: 'a', endpoint: 'http://h:1', capacity: 5, weight: 1 }
    const { instance } = await registry.registerInstance(ann, input)
    const again = await registry.registerInstance(ann, { ...input, endpoint: 'http://H:1/', capacity: 8 })
    expect(again.module.instances).toEqual([{ ...instance, capacity: 8 }])
    const entries = store.audit.length
    await registry.registerInstance(ann, { ...input, capacity: 8 })
    expect(store.audit).toHaveLength(entries)
    await registry.deregisterInstance(ann, { moduleId: 'a', instanceId: instance.id })
    expect(registry.get(tenant, 'a')?.instances).toEqual([])
    expect(await refusal(registry.deregisterInstance(ann, { moduleId: 'a', instanceId: instance.id }))).toMatchObject({
      code: 'INSTANCE_NOT_FOUND',
    })
  })

  test('do not count the configuration version up: an edit begun before they joined still fits', async () => {
    await register('a')
    await registry.registerInstance(ann, { moduleId: 'a', endpoint: 'http://h:1', capacity: 5, weight: 1 })
    expect((await registry.update(ann, { id: 'a', configVersion: 1, name: 'Fits' })).name).toBe('Fits')
  })
})

describe('the catalog', () => {
  test('tells every committed change with what was before and after, and a failing listener harms nobody', async () => {
    const seen: CatalogChange[] = []
    registry.onChange(() => {
      throw new Error('broken listener')
    })
    const stop = registry.onChange(change => seen.push(change))
    const registered = await register('a')
    const disabled = await registry.disable(ann, disabling('a', 'x'))
    stop()
    await registry.remove(ann, 'a', 'x')
    expect(seen).toEqual([
      { tenantId: tenant, moduleId: 'a', before: null, after: registered },
      { tenantId: tenant, moduleId: 'a', before: registered, after: disabled },
    ])
  })

  test('gives the same array while nothing changed, and a true one after', async () => {
    await register('b', { capabilities: [{ type: 't' }] })
    const before = registry.capableOf(tenant, 't')
    expect(registry.capableOf(tenant, 't')).toBe(before)
    await register('a', { capabilities: [{ type: 't' }] })
    expect(registry.capableOf(tenant, 't').map(module => module.id)).toEqual(['a', 'b'])
    await registry.update(ann, { id: 'b', configVersion: 1, capabilities: [{ type: 'other', isPreemptible: false }] })
    expect(registry.capableOf(tenant, 't').map(module => module.id)).toEqual(['a'])
    expect(registry.capableOf(tenant, 'other').map(module => module.id)).toEqual(['b'])
  })

  test('is whole again after a restart', async () => {
    const a = await register('a')
    const b = await register('b', { dependsOn: ['a'] })
    registry = openRegistry()
    await registry.start()
    expect(registry.list(tenant)).toEqual([a, b])
  })
})

function nested(depth: number): Record<string, unknown> {
  let schema: Record<string, unknown> = {}
  for (let i = 0; i < depth; i++) schema = { not: schema }
  return schema
}

describe('what other replicas change', () => {
  /** Another replica's registry over the same store. */
  async function elsewhere(): Promise<ModuleRegistry> {
    const other = openRegistry()
    await other.start()
    return other
  }

  test('is taken in: modules that are new, edited, switched off and removed, each told once', async () => {
    await register('edited')
    await register('kept')
    await register('left')
    const other = await elsewhere()
    const changes: string[] = []
    other.onChange(({ moduleId, before, after }) =>
      changes.push(`${moduleId} ${before ? (after ? 'changed' : 'removed') : 'added'}`),
    )
    await register('added')
    await registry.update(ann, { id: 'edited', configVersion: 1, name: 'Renamed' })
    await registry.disable(ann, disabling('left', 'over'))
    await registry.remove(ann, 'left', 'over')
    await other.refresh()
    expect(changes.sort()).toEqual(['added added', 'edited changed', 'left removed'])
    expect(other.list(tenant)).toEqual(registry.list(tenant))
    await other.refresh()
    expect(changes).toHaveLength(3)
  })

  test('never undoes what is changed here while it is read', async () => {
    await register('a')
    const read = store.read.bind(store)
    let isOlder = true
    store.read = async tenantId => {
      const modules = await read(tenantId)
      // A change that was committed right after this was read waits for its turn in memory.
      if (isOlder) void registry.disable(ann, disabling('a', 'maintenance'))
      isOlder = false
      return modules
    }
    await registry.refresh()
    await registry.refresh()
    expect(registry.get(tenant, 'a')?.enabled).toBe(false)
  })

  test('of its own is no change', async () => {
    const module = await register('a')
    let told = 0
    registry.onChange(() => told++)
    await registry.refresh()
    expect(told).toBe(0)
    expect(registry.get(tenant, 'a')).toBe(module)
  })
})
