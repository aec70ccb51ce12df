import pg from 'pg'
import { around, generateTraffic } from '#server/core/analysis/testing/traffic.ts'
import { moduleRecord } from '#server/core/registry/testing/builders.ts'
import { silentLogger } from '#server/core/shared/logger.ts'
import { windowStart } from '#server/core/simulator/testing/synthetic-history.ts'
import { startEmbeddedPostgres } from '#server/persistence/embedded/start-embedded-postgres.ts'
import { recordHistory } from '#server/testing/record-history.ts'
import type { OwnModule } from './own-module.ts'
import { product } from './product.ts'

const hours = 24
const hourMs = 3_600_000
const minuteMs = 60_000
/** The last ones were cut off so long ago: nothing that was recorded lies in the future. */
const endedMs = minuteMs
const busyMs = 4 * minuteMs
const busyPerHour = 4_000
const quietPerHour = 180

/**
 * Writes a day of recorded work into the database of the product, in which one first call in ten of this module hung until the
 * limit of 30 s and the others took 400 ms, so that every task succeeded in the end. The last minutes were busy: whatever the hour is
 * now, it holds tasks to compare with.
 */
export async function recordHangingCalls({ id, type }: OwnModule): Promise<void> {
  const record = moduleRecord(id, { capabilities: [{ type, inputSchema: null, outputSchema: null }] })
  const history = generateTraffic({
    seed: 7,
    hours,
    modules: [record],
    streams: [
      {
        type,
        perHour: busyPerHour,
        shares: { [id]: 1 },
        intensity: at => (at > hours * hourMs - busyMs ? 1 : quietPerHour / busyPerHour),
      },
    ],
    behave: ({ draw, number }) => ({
      durationMs: number === 1 && draw() < 0.1 ? Number.POSITIVE_INFINITY : around(400, 0.3, draw),
    }),
  })
  const database = await startEmbeddedPostgres({ dataDir: product().databaseDir, logger: silentLogger })
  const pool = new pg.Pool({ connectionString: database.url })
  try {
    await recordHistory(pool, history, Date.now() - hours * hourMs - windowStart - endedMs)
  } finally {
    await pool.end()
    await database.stop()
  }
}
