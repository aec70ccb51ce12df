import { randomUUIDv7 } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { Pool } from 'pg'
import { SqlTaskStore } from '../persistence/sql-task-store.ts'
import type { TaskStoreWorld } from './task-store-contract.ts'
import type { ModelWorld } from './task-store-model.ts'

const queueTables = [
  ...['attempt', 'event_batch', 'event_total', 'idempotency', 'lease', 'outcome', 'ready', 'replica', 'task'],
  ...['task_total', 'waiting', 'lane', 'spend_day', 'dead_letter', 'dead_letter_job', 'dead_letter_job_item'],
  ...['awaited', 'task_edge', 'checkpoint'],
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

/** The same for the model: its time is moved by moving everything in the database that lies at some time. */
export async function openSqlModelWorld(pool: Pool): Promise<ModelWorld> {
  const { store, newId } = await openSqlTaskWorld(pool)
  const startedAt = Date.now()
  return {
    store,
    newId,
    nowMs: () => startedAt,
    async pass(ms) {
      const past = `interval '${ms} ms'`
      await pool.query(`
        UPDATE waiting SET due_at = due_at - ${past};
        UPDATE task SET deadline = deadline - ${past} WHERE deadline < 'infinity';
        UPDATE task SET run_at = run_at - ${past} WHERE run_at IS NOT NULL;
        UPDATE ready SET deadline = deadline - ${past} WHERE deadline < 'infinity';
        UPDATE replica SET heartbeat_at = heartbeat_at - ${past}`)
    },
    async beat(id) {
      await pool.query(
        `INSERT INTO replica (id, host, pid, version) VALUES ($1, 'h', 1, 'v')
         ON CONFLICT (id) DO UPDATE SET heartbeat_at = clock_timestamp()`,
        [id],
      )
    },
  }
}
