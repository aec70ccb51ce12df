import { randomUUIDv7 } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '#server/testing/database.ts'
import { describeTaskStore, newTask } from '#server/testing/task-store-contract.ts'
import { SqlTaskStore } from './sql-task-store.ts'

const databases: TestDatabase[] = []
afterAll(async () => {
  for (const database of databases) await database[Symbol.asyncDispose]()
})

describeTaskStore('PostgreSQL', async () => {
  const database = await createTestDatabase()
  databases.push(database)
  const { pool } = database
  return {
    store: new SqlTaskStore({ hot: pool, pool, replicaId: 'r1' }),
    async addReplica(id) {
      await pool.query(`INSERT INTO replica (id, host, pid, version) VALUES ($1, 'h', 1, 'v')`, [id])
    },
    async ageReplica(id, ageMs) {
      await pool.query(`UPDATE replica SET heartbeat_at = clock_timestamp() - $2 * interval '1 ms' WHERE id = $1`, [
        id,
        ageMs,
      ])
    },
    // The store's clock is the database's: only real time passes there.
    pass: ms => setTimeout(ms),
    newId: () => randomUUIDv7(),
  }
})

test('one task that the database refuses does not fail the 127 that it came with', async () => {
  const database = await createTestDatabase()
  databases.push(database)
  const store = new SqlTaskStore({ hot: database.pool, pool: database.pool, replicaId: 'r1' })
  const lane = await store.ensureLane('default', 'batch', null)
  const tasks = Array.from({ length: 128 }, (_, index) =>
    newTask(randomUUIDv7(), lane.id, 'batch', { payload: index === 77 ? '"\\u0000"' : '1' }),
  )
  const results = await store.insert(tasks)
  expect(results.flatMap((result, index) => (result.kind === 'inserted' ? [] : [[index, result.kind]]))).toEqual([
    [77, 'refused'],
  ])
  expect(await store.liveCount()).toBe(127)
})
