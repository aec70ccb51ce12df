import type { Pool } from 'pg'
import type { LearnInput } from '#server/contracts/learning.ts'
import type { Principal } from '#server/core/shared/principal.ts'
import { appendAudit } from '../audit/append-audit.ts'
import { inTransaction } from '../in-transaction.ts'

/** Keys that are older are forgotten, some with every outcome that comes. */
const keptDays = 7
const forgottenAtOnce = 100

/** Keeps an outcome that somebody reported, with its audit row, unless its key was used before. */
export function keepOutcome(pool: Pool, by: Principal, outcome: LearnInput): Promise<'kept' | 'repeated' | 'conflict'> {
  const { idempotencyKey: key, taskType, moduleId, durationMs, errorCode = null } = outcome
  const body = [by.tenantId, key, taskType, moduleId, outcome.outcome, durationMs, errorCode]
  return inTransaction(pool, async client => {
    await client.query(
      `DELETE FROM reported_outcome WHERE ctid IN (
         SELECT ctid FROM reported_outcome WHERE reported_at < clock_timestamp() - make_interval(days => $1)
         ORDER BY reported_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
      [keptDays, forgottenAtOnce],
    )
    const { rowCount } = await client.query(
      `INSERT INTO reported_outcome (tenant_id, key, task_type, module_id, outcome, duration_ms, error_code, reported_by)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
      [...body, by.name],
    )
    if (rowCount === 1) {
      const details = { taskType, outcome: outcome.outcome, durationMs, errorCode, key }
      await appendAudit(client, [{ by, action: 'brain.taught', targetKind: 'module', targetId: moduleId, details }])
      return 'kept'
    }
    const { rows } = await client.query<{ same: boolean }>(
      `SELECT (task_type, module_id, outcome, duration_ms) = ($3, $4, $5, $6) AND error_code IS NOT DISTINCT FROM $7 AS same
       FROM reported_outcome WHERE tenant_id = $1 AND key = $2`,
      body,
    )
    return rows[0]?.same ? 'repeated' : 'conflict'
  })
}
