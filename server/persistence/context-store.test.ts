import { afterAll, beforeAll } from 'vitest'
import { describeContextStore } from '#server/core/memory/testing/context-store-contract.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { createMemoryStore } from './sql-memory-store.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database[Symbol.asyncDispose]())

describeContextStore('the store of contexts in PostgreSQL', async () => {
  const { pool } = database
  await pool.query('TRUNCATE memory_context, audit_entry')
  return {
    store: createMemoryStore(pool),
    async pass(seconds) {
      const back = 'make_interval(secs => $1)'
      await pool.query(
        `UPDATE memory_context SET updated_at = updated_at - ${back}, expires_at = expires_at - ${back}`,
        [seconds],
      )
    },
    async audited() {
      const { rows } = await pool.query<{ entry: string }>(
        `SELECT action || ' ' || target_id AS entry FROM audit_entry ORDER BY at, id`,
      )
      return rows.map(({ entry }) => entry)
    },
  }
})
