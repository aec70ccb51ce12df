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

const audit = { by: ann, action: 'suggestion.opened', reason: null, details: {} }

async function openStore(): Promise<PrismaSuggestionStore> {
  await database.pool.query('TRUNCATE suggestion, analysis_run, setting, config_change, audit_entry')
  return new PrismaSuggestionStore(prisma, createIdSource())
}

describeSuggestionStore('the suggestion store in PostgreSQL', openStore)

test('a change and the move that goes with it are one transaction: neither is kept without the other, nor without its audit', async () => {
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
  expect(actions.map(({ action }) => action)).toEqual(['suggestion.opened', 'queue.policy_changed', 'suggestion.moved'])
})
