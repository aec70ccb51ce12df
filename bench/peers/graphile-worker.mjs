import { Logger, makeWorkerUtils, run } from 'graphile-worker'
import pg from 'pg'

const quiet = new Logger(() => () => {})

/** graphile-worker at its fastest: a local queue of 500 and completions written in batches. */
export async function openContestant({ databaseUrl }) {
  const utils = await makeWorkerUtils({ connectionString: databaseUrl, logger: quiet })
  await utils.migrate()
  const pool = new pg.Pool({ connectionString: databaseUrl })
  let submitted = 0
  return {
    async submitMany(count) {
      submitted += count
      await pool.query(
        `SELECT graphile_worker.add_jobs(ARRAY(
           SELECT json_populate_record(NULL::graphile_worker.job_spec, json_build_object(
             'identifier', 'noop', 'payload', json_build_object('n', n), 'priority', n % 10))
           FROM generate_series(1, $1) n))`,
        [count],
      )
    },
    async drain() {
      let ended = 0
      const all = Promise.withResolvers()
      const taskList = {
        noop: async () => {
          if (++ended === submitted) all.resolve()
        },
      }
      const runner = await run({
        connectionString: databaseUrl,
        concurrency: 24,
        logger: quiet,
        noHandleSignals: true,
        taskList,
        preset: {
          worker: {
            connectionString: databaseUrl,
            concurrentJobs: 24,
            localQueue: { size: 500 },
            completeJobBatchDelay: 0,
            failJobBatchDelay: 0,
          },
        },
      })
      await all.promise
      await runner.stop()
      return ended
    },
    submitOne: n => utils.addJob('noop', { n }),
    async close() {
      await utils.release()
      await pool.end()
    },
  }
}
