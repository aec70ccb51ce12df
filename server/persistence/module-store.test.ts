import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EventType } from '#server/contracts/events.ts'
import { decideRegister } from '#server/core/registry/decide-registration.ts'
import { decideDisable, decideEnable } from '#server/core/registry/decide-switch.ts'
import { ann, disabling, instanceRecord, registration } from '#server/core/registry/testing/builders.ts'
import { describeModuleStore } from '#server/core/registry/testing/module-store-contract.ts'
import { createSecretBox } from '../auth/secret-box.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { FakeClock } from '../testing/fake-clock.ts'
import { describeTallyStore } from '../testing/tally-contract.ts'
import { SqlDeploymentTallyStore } from './deployment-tally-store.ts'
import { PrismaModuleStore } from './module-store.ts'
import { createPrismaClient, type PrismaClient } from './prisma-client.ts'
import { parseBatch } from './sql/events/stored-event.ts'

const key = randomBytes(32)
const act = { by: ann, now: Date.UTC(2026, 10, 21, 12) }
let database: TestDatabase
let prisma: PrismaClient

beforeAll(async () => {
  database = await createTestDatabase()
  prisma = createPrismaClient(database.pool)
})
afterAll(async () => {
  await prisma.$disconnect()
  await database[Symbol.asyncDispose]()
})

function openStore(): PrismaModuleStore {
  return new PrismaModuleStore({ prisma, secrets: createSecretBox(key), clock: new FakeClock(act.now) })
}

async function empty(): Promise<void> {
  await database.pool.query('TRUNCATE module, instance, config_change, audit_entry, event_batch CASCADE')
}

describeModuleStore('the module store in PostgreSQL', async () => {
  await empty()
  return {
    store: openStore(),
    history: tenantId =>
      prisma.configChange.findMany({
        where: { tenantId },
        select: { entityKind: true, entityId: true, version: true, value: true },
        orderBy: [{ entityKind: 'asc' }, { entityId: 'asc' }, { version: 'asc' }],
      }),
    audit: tenantId =>
      prisma.auditEntry.findMany({
        where: { tenantId },
        select: { action: true, actorName: true, targetId: true, reason: true },
        orderBy: { id: 'asc' },
      }),
    events: async tenantId => {
      const batches = await prisma.eventBatch.findMany({ where: { tenantId }, orderBy: { id: 'asc' } })
      return batches.flatMap(batch => {
        const events = parseBatch(1, batch.events)
        expect(batch.count).toBe(events.length)
        expect(batch.types).toEqual([...new Set(events.map(event => event.type))])
        return events.map(({ type, moduleId, data }) => ({ type, moduleId, data }))
      })
    },
    addTenant: async id => {
      await prisma.tenant.upsert({ where: { id }, create: { id, name: id }, update: {} })
    },
    [Symbol.asyncDispose]: empty,
  }
})

async function register(store: PrismaModuleStore, id: string, dependsOn: string[] = []): Promise<void> {
  const input = registration(id, { dependsOn })
  const prepared = { input, capabilities: [], instances: [instanceRecord(`http://${id}`)], secret: 'whsec_plain' }
  await store.change(ann.tenantId, id, state => decideRegister(state, prepared, act))
}

test('secrets are unreadable at rest, and only the key they were sealed with opens them', async () => {
  await empty()
  await register(openStore(), 'm')
  const { rows } = await database.pool.query<{ secret_sealed: string }>('SELECT secret_sealed FROM module')
  expect(rows[0]?.secret_sealed).toMatch(/^v1\./)
  expect(rows[0]?.secret_sealed).not.toContain('plain')
  const stranger = new PrismaModuleStore({
    prisma,
    secrets: createSecretBox(randomBytes(32)),
    clock: new FakeClock(act.now),
  })
  await expect(stranger.loadAll()).rejects.toThrow('The secret of module "m" cannot be opened')
})

test('two replicas cannot together disable a module and enable one that needs it', async () => {
  await empty()
  const replicas = [openStore(), openStore()] as const
  await register(replicas[0], 'base')
  await register(replicas[0], 'user', ['base'])
  for (let round = 0; round < 10; round++) {
    await replicas[0].change(ann.tenantId, 'user', state => decideDisable(state, disabling('user', 'round'), act))
    await Promise.allSettled([
      replicas[0].change(ann.tenantId, 'base', state => decideDisable(state, disabling('base', 'round'), act)),
      replicas[1].change(ann.tenantId, 'user', state => decideEnable(state, 'user', act)),
    ])
    const enabled = (await replicas[0].loadAll()).filter(module => module.enabled).map(module => module.id)
    expect(enabled).not.toEqual(['user'])
    await replicas[1].change(ann.tenantId, 'base', state => decideEnable(state, 'base', act))
  }
})

test('a replica decides on what another one wrote since its last look', async () => {
  await empty()
  const replicas = [openStore(), openStore()] as const
  await register(replicas[0], 'a')
  await register(replicas[1], 'b')
  await replicas[0].change(ann.tenantId, 'b', state => decideDisable(state, disabling('b', 'elsewhere'), act))
  let seen: boolean | undefined
  await replicas[1].change(ann.tenantId, 'a', state => {
    seen = state.modules.get('b')?.enabled
    return null
  })
  expect(seen).toBe(false)
})

test('when the last of its writes fails, nothing of a change remains', async () => {
  await empty()
  const store = openStore()
  await register(store, 'm')
  await expect(
    store.change(ann.tenantId, 'm', state => {
      const change = decideDisable(state, disabling('m', 'x'), act)
      const unwritable = { ...change!.events[0]!, type: 'module.\0' as EventType }
      return { ...change!, events: [unwritable] }
    }),
  ).rejects.toThrow()
  expect(await store.loadAll()).toMatchObject([{ id: 'm', enabled: true }])
  expect(await prisma.auditEntry.count()).toBe(1)
  expect(await prisma.configChange.count({ where: { entityKind: 'module_state' } })).toBe(1)
})

test('a change that another transaction keeps waiting is refused within seconds, and can be tried again', async () => {
  await empty()
  const store = openStore()
  await register(store, 'm')
  const other = await database.pool.connect()
  try {
    await other.query('BEGIN')
    await other.query("SELECT pg_advisory_xact_lock(hashtextextended('modules:default', 0))")
    const change = () => store.change(ann.tenantId, 'm', state => decideDisable(state, disabling('m', 'x'), act))
    await expect(change()).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE', retryable: true })
    await other.query('ROLLBACK')
    expect((await change())?.after?.enabled).toBe(false)
  } finally {
    other.release()
  }
})

describeTallyStore(async () => {
  await empty()
  await openStore().change(ann.tenantId, 'm', state => {
    const prepared = { input: registration('m'), capabilities: [], instances: [], secret: 'whsec_m' }
    return decideRegister(state, prepared, act)
  })
  return new SqlDeploymentTallyStore(database.pool)
})
