import { afterAll, beforeAll } from 'vitest'
import { describeSlotLedger } from '#server/core/balancing/testing/slot-ledger-contract.ts'
import { silentLogger } from '#server/core/shared/logger.ts'
import { createTestDatabase, type TestDatabase } from '#server/testing/database.ts'
import { ControlConnection } from './control-connection.ts'
import { SqlSlotLedger } from './sql-slot-ledger.ts'

let database: TestDatabase
let control: ControlConnection

beforeAll(async () => {
  database = await createTestDatabase()
  control = new ControlConnection({ url: database.url, name: 'test', logger: silentLogger })
  await control.open()
})
afterAll(async () => {
  await control.close()
  await database[Symbol.asyncDispose]()
})

describeSlotLedger('the slot ledger in PostgreSQL', async () => {
  await database.pool.query('DELETE FROM replica; DELETE FROM slot_grant')
  return {
    ledger: new SqlSlotLedger(control),
    async join(id) {
      await database.pool.query(`INSERT INTO replica (id, host, pid, version) VALUES ($1, 'h', 1, 'v')`, [id])
    },
    async fallSilent(id) {
      await database.pool.query(
        `UPDATE replica SET heartbeat_at = clock_timestamp() - interval '1 minute' WHERE id = $1`,
        [id],
      )
    },
  }
})
