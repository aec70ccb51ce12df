import type { Pool } from 'pg'
import type { BreakerChangeView, BreakerState, ListBreakerChanges, TroubledCall } from '#server/contracts/breakers.ts'
import type { Page } from '#server/contracts/common.ts'
import type { JournalEntry } from '#server/core/resilience/breaker-journal.ts'

/** Keeps changes of breakers, in one statement. */
export async function appendChanges(pool: Pool, entries: readonly JournalEntry[]): Promise<void> {
  const rows = entries.map(({ key, transition, cause, calls, replicaId }) => ({
    ...key,
    ...transition,
    replicaId,
    cause,
    calls,
  }))
  await pool.query({
    name: 'append-breaker-changes',
    text: `
      INSERT INTO breaker_change (tenant_id, module_id, instance_id, replica_id, at, from_state, to_state, reason, cause, calls)
      SELECT "tenantId", "moduleId", "instanceId", "replicaId", at, "from", "to", reason, nullif(cause, 'null'), calls
      FROM jsonb_to_recordset($1::jsonb) AS c("tenantId" text, "moduleId" text, "instanceId" text, "replicaId" text,
        at timestamptz, "from" text, "to" text, reason text, cause jsonb, calls jsonb)`,
    values: [JSON.stringify(rows)],
  })
}

interface ChangeRow {
  id: string
  replica_id: string
  at: Date
  from_state: BreakerState
  to_state: BreakerState
  reason: string
  cause: { code: string; message: string } | null
  calls: TroubledCall[]
}

/** One page of what became of a breaker, on all replicas, the newest first. The cursor is the time and the number of the last. */
export async function listChanges(
  pool: Pool,
  tenantId: string,
  { moduleId, instanceId, cursor, limit }: ListBreakerChanges,
): Promise<Page<BreakerChangeView>> {
  const [beforeMs, beforeId] = cursor?.split('.') ?? []
  const { rows } = await pool.query<ChangeRow>({
    name: 'list-breaker-changes',
    text: `
      SELECT id, replica_id, at, from_state, to_state, reason, cause, calls FROM breaker_change
      WHERE tenant_id = $1 AND module_id = $2 AND instance_id = $3
        AND ($4::float8 IS NULL OR (at, id) < (to_timestamp($4::float8 / 1000), $5::bigint))
      ORDER BY at DESC, id DESC LIMIT $6`,
    values: [tenantId, moduleId, instanceId, beforeMs ?? null, beforeId ?? null, limit + 1],
  })
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map(row => ({
      at: row.at.toISOString(),
      from: row.from_state,
      to: row.to_state,
      reason: row.reason,
      cause: row.cause,
      calls: row.calls,
      replicaId: row.replica_id,
    })),
    nextCursor: rows.length > limit && last ? `${last.at.getTime()}.${last.id}` : null,
  }
}

/** Forgets changes older than so many days. */
export async function forgetOldChanges(pool: Pool, days: number): Promise<void> {
  await pool.query(`DELETE FROM breaker_change WHERE at < clock_timestamp() - $1 * interval '1 day'`, [days])
}
