import { randomUUIDv7 } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { Pool } from 'pg'
import { SqlTaskStore } from '../persistence/sql-task-store.ts'
import type { TaskStoreWorld } from './task-store-contract.ts'

const queueTables = [
  ...['attempt', 'event_batch', 'event_total', 'idempotency', 'lease', 'outcome', 'ready', 'replica', 'task'],
  ...['task_total', 'waiting', 'lane'],
]

/** A world around the task store in PostgreSQL whose queue is empty; for one test after the other on the same database. */
export async function openSqlTaskWorld(pool: Pool): Promise<TaskStoreWorld> {
  await pool.query(queueTables.map(table => `DELETE FROM ${table}`).join(';'))
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
}
