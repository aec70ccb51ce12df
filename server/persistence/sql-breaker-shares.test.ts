import { afterAll, beforeAll } from 'vitest'
import { describeBreakerShares } from '#server/core/resilience/testing/breaker-shares-contract.ts'
import { createTestDatabase, type TestDatabase } from '#server/testing/database.ts'
import { SqlBreakerShares } from './sql-breaker-shares.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
  await database.pool.query(`
    INSERT INTO module (tenant_id, id, name, category, version, driver, capabilities, strategy, breaker, retry, secret_sealed)
    VALUES ('default', 'summaries', 'Summaries', 'test', '1', 'http', '[]', 'random', '{}', '{}', '');
    INSERT INTO instance (tenant_id, module_id, id, endpoint, capacity) VALUES ('default', 'summaries', 'one', 'http://x', 1)`)
})
afterAll(() => database[Symbol.asyncDispose]())

describeBreakerShares('in PostgreSQL', async () => {
  await database.pool.query('DELETE FROM breaker_probe; DELETE FROM replica')
  await database.pool.query(
    `INSERT INTO replica (id, host, pid, version) VALUES ('replica-a', 'h', 1, 'v'), ('replica-b', 'h', 1, 'v')`,
  )
  return {
    of: replicaId => new SqlBreakerShares(database.pool, replicaId),
    key: { tenantId: 'default', moduleId: 'summaries', instanceId: 'one' },
    kill: async id => {
      await database.pool.query(
        `UPDATE replica SET heartbeat_at = clock_timestamp() - interval '1 minute' WHERE id = $1`,
        [id],
      )
    },
    nowMs: () => Date.now(),
  }
})
