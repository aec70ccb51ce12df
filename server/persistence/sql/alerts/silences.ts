import type { Pool } from 'pg'
import type { ListSilences, Silence } from '#server/contracts/alerts.ts'
import type { Page } from '#server/contracts/common.ts'
import type { StoredSilence } from '#server/core/alerts/alert-store.ts'
import type { Principal } from '#server/core/shared/principal.ts'
import { appendAudit } from '../audit/append-audit.ts'
import { inTransaction } from '../in-transaction.ts'
import { type SilenceRow, toSilence } from './silence-row.ts'

/** One page of silences, the newest first. The cursor is the id of the last one shown. */
export async function listSilences(
  pool: Pool,
  tenantId: string,
  { past, cursor, limit }: ListSilences,
  nowMs: number,
): Promise<Page<Silence>> {
  const { rows } = await pool.query<SilenceRow>(
    `SELECT * FROM alert_silence
     WHERE tenant_id = $1 AND ($2 OR ends_at > $3) AND ($4::uuid IS NULL OR id < $4)
     ORDER BY id DESC LIMIT $5`,
    [tenantId, past, new Date(nowMs), cursor ?? null, limit + 1],
  )
  const shown = rows.slice(0, limit)
  return {
    items: shown.map(row => toSilence(row, nowMs)),
    nextCursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null,
  }
}

export function addSilence(pool: Pool, by: Principal, silence: StoredSilence): Promise<void> {
  const { id, kind, rule, severity, moduleId, reason, startsAt, endsAt } = silence
  const [from, to] = [new Date(startsAt), new Date(endsAt)]
  return inTransaction(pool, async client => {
    await client.query(
      `INSERT INTO alert_silence (tenant_id, id, kind, rule, severity, module_id, starts_at, ends_at, reason, created_by)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [by.tenantId, id, kind, rule, severity, moduleId, from, to, reason, by.name],
    )
    const details = { kind, rule, severity, moduleId, startsAt: from.toISOString(), endsAt: to.toISOString() }
    await appendAudit(client, [{ by, action: 'alert.silenced', targetKind: 'silence', targetId: id, reason, details }])
  })
}

/** Ends a silence that is planned or active. */
export function endSilence(pool: Pool, by: Principal, id: string, nowMs: number): Promise<Silence | null> {
  return inTransaction(pool, async client => {
    const { rows } = await client.query<SilenceRow>(
      `UPDATE alert_silence SET ends_at = $3, starts_at = least(starts_at, $3), ended_by = $4
       WHERE tenant_id = $1 AND id = $2 AND ends_at > $3 RETURNING *`,
      [by.tenantId, id, new Date(nowMs), by.name],
    )
    const [row] = rows
    if (!row) return null
    await appendAudit(client, [{ by, action: 'alert.unsilenced', targetKind: 'silence', targetId: id }])
    return toSilence(row, nowMs)
  })
}
