import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toStorableJson } from '#server/core/shared/json-limits.ts'
import { systemPrincipal } from '#server/core/shared/principal.ts'
import { createTestDatabase, type TestDatabase } from '#server/testing/database.ts'
import { describeDeadLetters } from '#server/testing/dead-letter-contract.ts'
import { describeDependencies } from '#server/testing/dependency-contract.ts'
import { describeDependencyInserts } from '#server/testing/dependency-insert-contract.ts'
import { openSqlModelWorld, openSqlTaskWorld } from '#server/testing/sql-task-world.ts'
import { attempt, leaseEnd, newTask, succeeded } from '#server/testing/task-builders.ts'
import { describeTaskShares } from '#server/testing/task-share-contract.ts'
import { describeTaskStore } from '#server/testing/task-store-contract.ts'
import { checkTaskStoreModel } from '#server/testing/task-store-model.ts'
import { aheadValues, countAheadSql } from './sql/tasks/count-ahead.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database[Symbol.asyncDispose]())

describeTaskStore('PostgreSQL', () => openSqlTaskWorld(database.pool))
describeTaskShares('PostgreSQL', () => openSqlTaskWorld(database.pool))
describeDependencies('PostgreSQL', () => openSqlTaskWorld(database.pool))
describeDependencyInserts('PostgreSQL', () => openSqlTaskWorld(database.pool))
describeDeadLetters('PostgreSQL', () => openSqlTaskWorld(database.pool))

test('one task that the database refuses does not fail the 127 that it came with', async () => {
  const { store, newId } = await openSqlTaskWorld(database.pool)
  const lane = await store.ensureLane({ tenantId: 'default', taskType: 'batch' })
  const tasks = Array.from({ length: 128 }, (_, index) =>
    newTask(newId(), lane.id, 'batch', { payload: index === 77 ? '"\\u0000"' : '1' }),
  )
  const results = await store.insert(tasks)
  expect(results.flatMap((result, index) => (result.kind === 'inserted' ? [] : [[index, result.kind]]))).toEqual([
    [77, 'refused'],
  ])
  expect((await store.liveTotals()).count).toBe(127)
})

test('one outcome that the database refuses does not hold up those that it came with, and ends its own task', async () => {
  const { store, newId } = await openSqlTaskWorld(database.pool)
  const lane = await store.ensureLane({ tenantId: 'default', taskType: 'outcomes' })
  await store.insert(Array.from({ length: 9 }, () => newTask(newId(), lane.id, 'outcomes')))
  const held = await store.claim([{ laneId: lane.id, slots: 9 }], 9, 'r1')
  const poison = { ...attempt(1, 'failed'), error: { code: 'X', message: 'NUL \0 inside' } }
  const ends = held.map((task, index) =>
    index === 5
      ? leaseEnd(task, { kind: 'wait', delayMs: 1, reason: 'retry' }, [poison])
      : leaseEnd(task, succeeded('1'), [attempt(1, 'succeeded')]),
  )
  expect(await store.finish(ends, 'r1')).toEqual(Array(9).fill(true))
  expect(await store.totals('default')).toMatchObject({ succeeded: 8, failed: 1 })
  expect(await store.get('default', held[5]?.id ?? '')).toMatchObject({
    summary: { status: 'failed', errorCode: 'INTERNAL' },
    endReason: 'OUTCOME_NOT_STORABLE',
  })
})

test('who cancels a task is audited with the cancel or neither is done, and nothing is audited where nothing was cancelled', async () => {
  const { store, newId } = await openSqlTaskWorld(database.pool)
  const lane = await store.ensureLane({ tenantId: 'default', taskType: 'audited' })
  const [running, queued] = [
    newTask(newId(), lane.id, 'audited', { rank: 1 }),
    newTask(newId(), lane.id, 'audited', { rank: 2 }),
  ]
  await store.insert([running, queued])
  await store.claim([{ laneId: lane.id, slots: 1 }], 1, 'r1')
  const ann = { kind: 'person', id: 'p1', name: 'Ann', tenantId: 'default' } as const
  await database.pool.query('ALTER TABLE audit_entry RENAME TO audit_away')
  await expect(store.cancel(ann, queued.id, 'unseen', 'r1')).rejects.toThrow('audit_entry')
  await database.pool.query('ALTER TABLE audit_away RENAME TO audit_entry')
  expect((await store.get('default', queued.id))?.summary.status).toBe('ready')
  await store.cancel(ann, queued.id, 'not needed', 'r1')
  await store.cancel(ann, running.id, 'stop', 'r1')
  await store.cancel(ann, queued.id, 'again', 'r1')
  await store.cancel({ ...ann, tenantId: 'another' }, running.id, 'not mine', 'r1')
  const { rows } = await database.pool.query(
    `SELECT tenant_id, actor_kind, actor_name, target_kind, target_id, reason FROM audit_entry
     WHERE action = 'task.cancelled' AND actor_id = 'p1' ORDER BY id`,
  )
  const byAnn = { tenant_id: 'default', actor_kind: 'person', actor_name: 'Ann', target_kind: 'task' }
  expect(rows).toEqual([
    { ...byAnn, target_id: queued.id, reason: 'not needed' },
    { ...byAnn, target_id: running.id, reason: 'stop' },
  ])
})

test('a cancel under a lease is told as one event beside those of its attempts', async () => {
  const { store, newId } = await openSqlTaskWorld(database.pool)
  const lane = await store.ensureLane({ tenantId: 'default', taskType: 'told' })
  const task = newTask(newId(), lane.id, 'told')
  await store.insert([task])
  const [held] = await store.claim([{ laneId: lane.id, slots: 1 }], 1, 'r1')
  await store.cancel(systemPrincipal('default'), task.id, 'a "quoted" reason', 'r1')
  const end = leaseEnd(held, { kind: 'requeue' }, [attempt(1, 'failed')])
  const events = [
    { ...task.event, type: 'agent.failed' as const },
    { ...task.event, type: 'task.ready' as const },
  ]
  await store.finish([{ ...end, events }], 'r1')
  const { rows } = await database.pool.query<{ count: number; types: string[]; events: string }>(
    'SELECT count, types, events FROM event_batch ORDER BY id DESC LIMIT 1',
  )
  expect(rows[0]).toMatchObject({ count: 2, types: ['agent.failed', 'task.cancelled'] })
  expect(JSON.parse(rows[0]?.events ?? '')).toMatchObject([
    { type: 'agent.failed' },
    { type: 'task.cancelled', taskId: task.id, data: { reason: 'a "quoted" reason' } },
  ])
})

test('every payload that is let in is stored by the database and read back the same', async () => {
  const { store, newId } = await openSqlTaskWorld(database.pool)
  const lane = await store.ensureLane({ tenantId: 'default', taskType: 'payloads' })
  const texts = fc.constantFrom('a', 'é', '語', '😀', '\\', '"', '\n', '\u0001', '\u2028', '{', "'", '\0', '\ud83d')
  const payloads = fc.array(fc.jsonValue({ maxDepth: 4, stringUnit: texts }), { minLength: 20, maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(payloads, async values => {
      const stored = values.flatMap(value => {
        try {
          return [{ value, text: toStorableJson(value, 'payload', { bytes: 100_000, depth: 64 }) }]
        } catch {
          return []
        }
      })
      const tasks = stored.map(({ text }) => newTask(newId(), lane.id, 'payloads', { payload: text }))
      expect(await store.insert(tasks)).toEqual(tasks.map(() => ({ kind: 'inserted' })))
      const claimed = await store.claim([{ laneId: lane.id, slots: 100 }], 100, 'r1')
      const byId = new Map(claimed.map(task => [task.id, task.payload]))
      for (const [index, { text }] of stored.entries()) {
        expect(byId.get(tasks[index]?.id ?? '')).toEqual(JSON.parse(text))
      }
    }),
    { numRuns: 10 },
  )
})

test('keeps to the model, whatever is submitted, claimed, finished, cancelled, delayed and lost in whatever order', async () => {
  await checkTaskStoreModel(() => openSqlModelWorld(database.pool), { runs: 12, maxCommands: 40 })
}, 60_000)

test('a list of what few tasks match goes through all of them in pages of bounded cost, and misses none; text narrows a type too', async () => {
  const { store, newId } = await openSqlTaskWorld(database.pool)
  const lane = await store.ensureLane({ tenantId: 'default', taskType: 'crowd' })
  const seldom = newTask(newId(), lane.id, 'crowd', { pinnedModuleId: 'seldom' })
  await store.insert([seldom])
  for (let batch = 0; batch < 13; batch++) {
    await store.insert(Array.from({ length: 1_000 }, () => newTask(newId(), lane.id, 'crowd')))
  }
  const pages: string[][] = []
  for (let cursor: string | undefined, isMore = true; isMore; ) {
    const page = await store.list('default', { moduleId: 'seldom', limit: 10, cursor })
    pages.push(page.items.map(item => item.id))
    cursor = page.nextCursor ?? undefined
    isMore = cursor !== undefined
  }
  expect(pages.flat()).toEqual([seldom.id])
  expect(pages.length).toBeGreaterThan(1)
  const nothing = { items: [], nextCursor: null }
  expect(await store.list('default', { q: 'no such type', limit: 10 })).toEqual(nothing)
  expect(await store.list('default', { type: 'crowd', q: 'no such type', limit: 10 })).toEqual(nothing)
  expect((await store.list('default', { type: 'crowd', q: 'ROW', limit: 10 })).items).toHaveLength(10)
})

test('places before a task are counted in the index alone, whatever else waits', async () => {
  const { store } = await openSqlTaskWorld(database.pool)
  const [lane, other] = [
    await store.ensureLane({ tenantId: 'default', taskType: 'many' }),
    await store.ensureLane({ tenantId: 'default', taskType: 'few' }),
  ]
  await database.pool.query(
    `INSERT INTO ready (lane_id, rank, priority, deadline, id, tenant_id, attempts, enqueued_at)
     SELECT CASE WHEN n % 10 = 0 THEN $2::int ELSE $1::int END, n, 5, 'infinity', gen_random_uuid(), 'default', 0, now()
     FROM generate_series(1, 20000) n`,
    [lane.id, other.id],
  )
  await database.pool.query('VACUUM ANALYZE ready')
  const place = { rank: 15_000, priority: 5, deadline: null, id: '00000000-0000-7000-8000-000000000000' }
  const client = await database.pool.connect()
  try {
    await client.query(`PREPARE ahead (int[], bigint, smallint, timestamptz, uuid, bigint) AS ${countAheadSql}`)
    for (const planFor of ['force_custom_plan', 'force_generic_plan']) {
      await client.query(`SET plan_cache_mode = ${planFor}`)
      const [lanes, rank, priority, deadline, id, cap] = aheadValues([lane.id, other.id], place, 100)
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(
        `EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF)
         EXECUTE ahead ('{${(lanes as number[]).join(',')}}', ${rank}, ${priority}, '${deadline}', '${id}', ${cap})`,
      )
      const plan = rows.map(row => row['QUERY PLAN']).join('\n')
      expect(plan).toContain('Index Only Scan using ready_pkey')
      expect(plan).not.toContain('Seq Scan')
      // No more index entries are read than the cap asks for.
      expect(plan).toMatch(/Index Only Scan using ready_pkey on ready r \(actual rows=100(\.00)? loops=1\)/)
    }
  } finally {
    await client.query('DEALLOCATE ALL; RESET plan_cache_mode')
    client.release()
  }
})
