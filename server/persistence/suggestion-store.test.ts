import { afterAll, beforeAll, expect, test } from 'vitest'
import { ann } from '#server/core/registry/testing/builders.ts'
import {
  describeSuggestionStore,
  moveOf,
  recordOf,
} from '#server/core/suggestions/testing/suggestion-store-contract.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { createPrismaClient, type PrismaClient } from './prisma-client.ts'
import { PrismaQueuePolicyStore } from './queue-policy-store.ts'
import { PrismaSuggestionStore } from './suggestion-store.ts'
import { createIdSource } from './uuid-v7.ts'

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

const audit = { by: ann, action: 'suggestion.opened' as const, reason: null, details: {} }

/** How often the store said that there are events. */
let told = 0

async function eventTypes(): Promise<string[]> {
  const batches = await prisma.eventBatch.findMany({ orderBy: { id: 'asc' }, select: { types: true } })
  return batches.flatMap(({ types }) => types)
}

async function openStore(): Promise<PrismaSuggestionStore> {
  await database.pool.query('TRUNCATE suggestion, analysis_run, setting, config_change, audit_entry, event_batch')
  return new PrismaSuggestionStore(prisma, createIdSource(), () => told++)
}

describeSuggestionStore('the suggestion store in PostgreSQL', openStore)

test('a change and the move that goes with it are one transaction: neither is kept without the other, nor without its audit and event', async () => {
  const store = await openStore()
  const policies = new PrismaQueuePolicyStore(prisma)
  const record = recordOf()
  await store.create(record, audit)
  const policy = {
    version: 0,
    priorities: {},
    multipliers: {},
    typeLimits: {},
    moduleLimits: {},
    typeCaps: {},
    retries: {},
  }
  const move = moveOf(record, { title: 'moved' })
  const saves = await Promise.allSettled([
    policies.save(ann, { ...policy, tenantLimit: 5 }, move),
    policies.save(ann, { ...policy, tenantLimit: 6 }, move),
  ])
  expect(saves.filter(save => save.status === 'fulfilled' && save.value === 1)).toHaveLength(1)
  await expect(policies.save(ann, { ...policy, version: 1, tenantLimit: 7 }, move)).rejects.toMatchObject({
    code: 'SUGGESTION_CHANGED',
  })
  const [kept] = await policies.loadAll()
  expect(kept?.policy.version).toBe(1)
  expect((await store.get('default', record.id))?.revision).toBe(2)
  const actions = await prisma.auditEntry.findMany({ orderBy: { id: 'asc' }, select: { action: true } })
  expect(actions.map(({ action }) => action)).toEqual([
    'suggestion.opened',
    'queue.policy_changed',
    'suggestion.refreshed',
  ])
  expect(await eventTypes()).toEqual(['suggestion.opened', 'suggestion.refreshed'])
})

test('each act commits its event with it, and one that came too late commits none', async () => {
  const store = await openStore()
  told = 0
  const record = recordOf({ key: 'the same' })
  await store.create(record, audit)
  expect(await store.create(recordOf({ key: 'the same' }), audit)).toBe(false)
  expect(await store.move({ ...moveOf(record, {}), action: 'suggestion.approved' })).toBe(true)
  expect(await store.move({ ...moveOf(record, {}), action: 'suggestion.rejected' })).toBe(false)
  expect(await eventTypes()).toEqual(['suggestion.opened', 'suggestion.approved'])
  expect(told).toBe(2)
  const [batch] = await prisma.eventBatch.findMany({ select: { events: true }, take: 1 })
  expect(JSON.parse(batch?.events ?? '[]')).toMatchObject([
    { moduleId: 'text', data: { suggestionId: record.id, title: record.title, by: ann.name } },
  ])
})
