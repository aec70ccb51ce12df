import type { Pool } from 'pg'
import type { OutcomeReader } from '#server/core/suggestions/suggestion-ports.ts'
import { firstIdAt } from '../id-range.ts'
import { inTransaction } from '../in-transaction.ts'
import { ms } from '../simulations/read-tasks.ts'

interface Row {
  type: string
  accepted_ms: number
  wait_ms: number
  run_ms: number
  has_failed: boolean
}

/** It is a duty's question, asked rarely: it gives up before it is in anybody's way. */
const timeoutMs = 15_000

/**
 * Tasks that were accepted in a window and have ended, on their own account: what was cancelled says nothing. A range of the primary
 * key; when there are more than asked for, one of n by a hash of the id, so that what is read costs a pass over the ids at most.
 */
export function createOutcomeReader(pool: Pool): OutcomeReader {
  return {
    read: ({ tenantId, types, from, to, most }) =>
      inTransaction(pool, async client => {
        await client.query(`SET LOCAL statement_timeout = ${timeoutMs}`)
        const range = [tenantId, firstIdAt(from), firstIdAt(to), types]
        const counted = await client.query<{ count: string }>(
          `SELECT count(*) FROM task
           WHERE tenant_id = $1 AND id >= $2 AND id < $3 AND ($4::text[] IS NULL OR type = ANY ($4))`,
          range,
        )
        const oneOf = Math.max(1, Math.ceil(Number(counted.rows[0]?.count ?? 0) / most))
        const { rows } = await client.query<Row>(
          `SELECT t.type, ${ms('t.accepted_at')} AS accepted_ms,
             ${ms('coalesce(o.started_at, o.finished_at)')} - ${ms('greatest(t.accepted_at, t.run_at)')} AS wait_ms,
             ${ms('o.finished_at')} - ${ms('coalesce(o.started_at, o.finished_at)')} AS run_ms,
             o.status <> 'succeeded' AS has_failed
           FROM task t
           JOIN outcome o ON o.tenant_id = t.tenant_id AND o.id = t.id
           WHERE t.tenant_id = $1 AND t.id >= $2 AND t.id < $3 AND ($4::text[] IS NULL OR t.type = ANY ($4))
             AND o.id >= $2 AND o.id < $3 AND o.status IN ('succeeded', 'failed', 'expired')
             AND (abs(hashtextextended(t.id::text, 0)) % $5::int) = 0
           ORDER BY t.id
           LIMIT $6`,
          [...range, oneOf, most],
        )
        return rows.map(row => ({
          type: row.type,
          acceptedAt: row.accepted_ms,
          waitMs: Math.max(0, row.wait_ms),
          runMs: Math.max(0, row.run_ms),
          hasFailed: row.has_failed,
        }))
      }),
  }
}
