import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '#server/testing/database.ts'
import { describeEventStore } from '#server/testing/event-store-contract.ts'
import { SqlEventStore } from './sql-event-store.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database[Symbol.asyncDispose]())

async function emptyStore(): Promise<SqlEventStore> {
  await database.pool.query(
    'DELETE FROM event_batch; DELETE FROM event_total; UPDATE event_sequence SET last_seq = 0, counted_seq = 0',
  )
  return new SqlEventStore(database.pool)
}

describeEventStore('PostgreSQL', emptyStore)

test('a rare type at the far ends of a long log is found, in several calls that each look at a part of it', async () => {
  const store = await emptyStore()
  await database.pool.query(`
    INSERT INTO event_batch (tenant_id, count, types, events)
    SELECT 'default', 1, ARRAY[type], '[{"v":1,"type":"' || type || '","at":"2026-11-21T00:00:00.000Z","priority":5}]'
    FROM generate_series(1, 5300) n,
         LATERAL (SELECT CASE WHEN n IN (1, 5300) THEN 'alert.raised' ELSE 'task.ready' END AS type) t`)
  while ((await store.sequence(1_000)).length > 0);
  const forwards: number[] = []
  let calls = 0
  let after = 0
  for (let more = true; more; calls++) {
    const page = await store.readAfter('default', after, { types: ['alert.*'] }, 10)
    forwards.push(...page.events.map(event => event.seq))
    after = page.scannedTo
    more = page.more
  }
  expect(forwards).toEqual([1, 5_300])
  expect(calls).toBe(2)
  const taskEvents = { types: ['task.*'], taskId: '01990000-0000-7000-8000-000000000001' }
  const first = await store.readBefore('default', null, taskEvents, 10)
  expect(first.events).toEqual([])
  expect(first.scannedTo).toBe(300)
  expect(await store.readBefore('default', first.scannedTo, taskEvents, 10)).toEqual({ events: [], scannedTo: null })
})
