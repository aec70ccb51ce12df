import { randomUUIDv7 } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { afterAll } from 'vitest'
import { createTestDatabase, type TestDatabase } from '#server/testing/database.ts'
import { describeTaskStore } from '#server/testing/task-store-contract.ts'
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
