import { randomUUIDv7 } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ClaimedTask } from '#server/core/queue/task-store.ts'
import { createTestDatabase, type TestDatabase } from '#server/testing/database.ts'
import { leaseEnd, newTask, succeeded } from '#server/testing/task-builders.ts'
import { SqlTaskStore } from './sql-task-store.ts'

const taskCount = 8_000
const perInsert = 1_000
const replicaIds = ['r1', 'r2', 'r3', 'r4']
let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database[Symbol.asyncDispose]())

test('four replicas that claim from one lane as fast as they can never hold a task twice, and together take all', async () => {
  const stores = replicaIds.map(replicaId => ({
    replicaId,
    store: new SqlTaskStore({ hot: database.pool, pool: database.pool, replicaId }),
  }))
  const [{ store }] = stores as [(typeof stores)[number]]
  const lane = await store.ensureLane({ tenantId: 'default', taskType: 'work' })
  for (let start = 0; start < taskCount; start += perInsert) {
    const tasks = Array.from({ length: perInsert }, (_, n) =>
      newTask(randomUUIDv7(), lane.id, 'work', { rank: start + n }),
    )
    await store.insert(tasks)
  }
  const held = new Map<string, string>()
  const ended: boolean[] = []
  const leaseNos = new Set<number>()
  const work = async ({ replicaId, store: own }: (typeof stores)[number]): Promise<number> => {
    let taken = 0
    for (;;) {
      const claimed: ClaimedTask[] = await own.claim([{ laneId: lane.id, slots: 64 }], 64, replicaId)
      if (claimed.length === 0) return taken
      for (const { id, leaseNo } of claimed) {
        expect(held.has(id)).toBe(false)
        held.set(id, replicaId)
        expect(leaseNos.has(leaseNo)).toBe(false)
        leaseNos.add(leaseNo)
      }
      taken += claimed.length
      ended.push(
        ...(await own.finish(
          claimed.map(task => leaseEnd(task, succeeded('null'))),
          replicaId,
        )),
      )
    }
  }
  const taken = await Promise.all(stores.map(work))
  expect(taken.reduce((sum, count) => sum + count, 0)).toBe(taskCount)
  expect(taken.every(count => count > 0)).toBe(true)
  expect(ended.every(Boolean)).toBe(true)
  const { rows } = await database.pool.query(
    'SELECT count(*)::int AS ended, (SELECT count(*)::int FROM lease) AS leases FROM outcome',
  )
  expect(rows).toEqual([{ ended: taskCount, leases: 0 }])
}, 60_000)
