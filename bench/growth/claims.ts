import pg from 'pg'
import { SqlTaskStore } from '../../server/persistence/sql-task-store.ts'
import { createIdSource } from '../../server/persistence/uuid-v7.ts'
import { attempt, leaseEnd, newTask, succeeded } from '../../server/testing/task-builders.ts'
import { median } from '../figure.ts'
import { enqueue } from './stock.ts'

const batch = 64

/** A queue of a certain length that stays so long: what is claimed ends, and as much is submitted anew at its end. */
export interface SteadyQueue extends AsyncDisposable {
  /** Claims once and puts the queue right again; answers how long the claim took, in ms. */
  claimOnce(): Promise<number>
}

/** Opens one on an empty, migrated database, over a connection like those of the dispatch path. */
export async function openSteadyQueue(url: string, waiting: number): Promise<SteadyQueue> {
  const pool = new pg.Pool({ connectionString: url, max: 2 })
  // As the server's own hot path has it (server/composition/open-database.ts).
  const settings = ['plan_cache_mode=force_generic_plan', 'enable_hashjoin=off', 'enable_mergejoin=off']
  const more = ['enable_seqscan=off', 'jit=off']
  const hot = new pg.Pool({
    connectionString: url,
    max: 1,
    options: [...settings, ...more].map(s => `-c ${s}`).join(' '),
  })
  const lanes = await enqueue(pool, waiting)
  const types = await pool.query<{ id: number; task_type: string }>('SELECT id, task_type FROM lane')
  const typeOf = new Map(types.rows.map(row => [row.id, row.task_type]))
  const store = new SqlTaskStore({ hot, pool, replicaId: 'bench' })
  const open = lanes.map(laneId => ({ laneId, slots: batch }))
  const ids = createIdSource()
  let rank = waiting
  return {
    async claimOnce() {
      const begun = performance.now()
      const claimed = await store.claim(open, batch, 'bench')
      const tookMs = performance.now() - begun
      if (claimed.length !== batch) throw new Error(`${claimed.length} of ${batch} were claimed`)
      await store.finish(
        claimed.map(task => leaseEnd(task, succeeded('1'), [attempt(1, 'succeeded')])),
        'bench',
      )
      await store.insert(
        claimed.map(({ laneId }) => newTask(ids.next(), laneId, typeOf.get(laneId) ?? '', { rank: rank++ })),
      )
      return tookMs
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([pool.end(), hot.end()])
    },
  }
}

/** Claims in turn from queues of both lengths; medians in ms. */
export async function compareClaims(short: SteadyQueue, long: SteadyQueue, rounds: number) {
  const times = { short: [] as number[], long: [] as number[] }
  for (let round = -20; round < rounds; round++) {
    const order = round % 2 === 0 ? (['short', 'long'] as const) : (['long', 'short'] as const)
    for (const which of order) {
      const tookMs = await (which === 'short' ? short : long).claimOnce()
      if (round >= 0) times[which].push(tookMs)
    }
  }
  return { shortMs: median(times.short), longMs: median(times.long) }
}
