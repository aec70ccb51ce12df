import type { Pool, PoolClient } from 'pg'
import type { Actor } from '#server/core/shared/principal.ts'
import { appendAudit } from '../audit/append-audit.ts'
import { inTransaction } from '../in-transaction.ts'

export interface Discard {
  by: Actor
  ids: readonly string[]
  reason: string
  jobId: string | null
}

/** Discards those of these letters that are open, and audits it unless a job stands for it. Answers the ids discarded. */
export function discardLetters(pool: Pool, discard: Discard): Promise<string[]> {
  return inTransaction(pool, async client => {
    const ids = await discardOpen(client, discard)
    const { by, reason, jobId } = discard
    if (jobId === null && ids.length > 0) {
      await appendAudit(
        client,
        ids.map(targetId => ({ by, action: 'dead_letter.discarded', targetKind: 'task', targetId, reason })),
      )
    }
    return ids
  })
}

/** Row locks in id order: two that discard or reprocess the same letters cannot deadlock. */
async function discardOpen(client: PoolClient, { by, ids, reason, jobId }: Discard): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>({
    name: 'discard-dead-letters',
    text: `
      WITH held AS (
        SELECT id FROM dead_letter WHERE tenant_id = $1 AND id = ANY ($2::uuid[]) AND state = 'open' ORDER BY id FOR UPDATE
      )
      UPDATE dead_letter d
      SET state = 'discarded', closed_at = clock_timestamp(), closed_by = $3, reason = $4, job_id = $5::uuid
      FROM held h WHERE d.tenant_id = $1 AND d.id = h.id
      RETURNING d.id`,
    values: [by.tenantId, ids, by.name, reason, jobId],
  })
  return rows.map(row => row.id)
}
