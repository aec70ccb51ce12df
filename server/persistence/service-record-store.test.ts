import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { addDeltas, addEvidence, deltaOf, type Evidence, noEvidence } from '../core/brain/service-record.ts'
import type { StoredEvidence } from '../core/brain/service-records.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { createPrismaClient } from './prisma-client.ts'
import { PrismaServiceRecordStore } from './service-record-store.ts'

const key = { tenantId: 'default', taskType: 'work', moduleId: 'm' }
const success = deltaOf({ ok: true, durationMs: 120, errorCode: null })
const failure = deltaOf({ ok: false, durationMs: 5, errorCode: 'HTTP_500' })

let database: TestDatabase
let store: PrismaServiceRecordStore

beforeAll(async () => {
  database = await createTestDatabase()
  await database.pool.query("INSERT INTO tenant (id, name) VALUES ('other', 'Other')")
  store = new PrismaServiceRecordStore(createPrismaClient(database.pool))
})

beforeEach(() => database.pool.query('DELETE FROM service_record'))

afterAll(() => database[Symbol.asyncDispose]())

function find(stored: readonly StoredEvidence[], moduleId: string): Evidence | undefined {
  return stored.find(record => record.moduleId === moduleId)?.evidence
}

test('what is added comes back the same, and adds to what was there', async () => {
  const first = addDeltas(addDeltas(success, failure), success)
  expect(await store.add([{ ...key, delta: first }])).toEqual([{ ...key, evidence: addEvidence(noEvidence, first) }])
  const sums = await store.add([
    { ...key, delta: failure },
    { ...key, moduleId: 'n', delta: success },
  ])
  expect(find(sums, 'm')).toEqual(addEvidence(addEvidence(noEvidence, first), failure))
  expect(find(sums, 'n')).toEqual(addEvidence(noEvidence, success))
  expect(await store.loadAll()).toEqual(expect.arrayContaining(sums))
  expect(await store.loadAll()).toHaveLength(2)
})

test('additions of several replicas at once all count', async () => {
  const additions = Array.from({ length: 8 }, (_, place) => [
    { ...key, delta: place % 2 ? success : failure },
    { ...key, tenantId: 'other', delta: success },
  ])
  await Promise.all(additions.map(batch => store.add(batch.toReversed())))
  const stored = await store.loadAll()
  const own = stored.find(({ tenantId }) => tenantId === 'default')?.evidence
  const others = stored.find(({ tenantId }) => tenantId === 'other')?.evidence
  expect((own?.successes ?? 0) + (own?.failures ?? 0)).toBeCloseTo(8, 1)
  expect(own?.failures).toBeCloseTo(4, 1)
  expect(others?.successes).toBeCloseTo(8, 1)
})

test('a batch that cannot be written whole changes nothing', async () => {
  const bad = { ...key, tenantId: 'no-such-tenant', delta: success }
  await expect(store.add([{ ...key, delta: success }, bad])).rejects.toThrow()
  expect(await store.loadAll()).toEqual([])
})

test('error codes that mean something to JavaScript are stored like any other', async () => {
  const delta = deltaOf({ ok: false, durationMs: 5, errorCode: '__proto__' })
  await store.add([{ ...key, delta }])
  expect((await store.loadAll())[0]?.evidence.errorShares).toEqual(new Map([['__proto__', 1]]))
})

test('what was changed after a moment is told, whoever changed it, and what was changed just before it again', async () => {
  const none = await store.loadChanged(null)
  expect(none).toEqual({ records: [], latestAt: null })
  await store.add([{ ...key, moduleId: 'old', delta: success }])
  await database.pool.query("UPDATE service_record SET updated_at = updated_at - interval '1 hour'")
  const sums = await store.add([{ ...key, tenantId: 'other', delta: failure }])
  const all = await store.loadChanged(null)
  expect(all.records).toHaveLength(2)
  expect(Math.abs((all.latestAt ?? 0) - Date.now())).toBeLessThan(60_000)
  expect(await store.loadChanged(all.latestAt)).toEqual({ records: sums, latestAt: all.latestAt })
  await database.pool.query(
    "UPDATE service_record SET updated_at = updated_at + interval '2 hours' WHERE module_id = 'old'",
  )
  const later = await store.loadChanged(all.latestAt)
  expect(find(later.records, 'old')?.successes).toBe(1)
  expect(later.latestAt).toBeGreaterThan(all.latestAt ?? 0)
})
