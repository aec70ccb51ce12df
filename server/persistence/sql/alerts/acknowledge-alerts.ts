import type { Pool } from 'pg'
import type { AlertStore } from '#server/core/alerts/alert-store.ts'
import { appendAudit } from '../audit/append-audit.ts'
import { inTransaction } from '../in-transaction.ts'
import type { AlertRow } from './alert-row.ts'
import { type AlertNews, appendAlertEvents, appendEntries, tellWebhooks } from './tell-of-alerts.ts'

/** Somebody deals with these alerts. Those that are acknowledged or resolved already stay as they are. */
export function acknowledgeAlerts(
  pool: Pool,
  by: Parameters<AlertStore['acknowledge']>[0],
  { ids, note, nowMs }: Parameters<AlertStore['acknowledge']>[1],
): ReturnType<AlertStore['acknowledge']> {
  const { tenantId, name } = by
  return inTransaction(pool, async client => {
    const { rows } = await client.query<AlertRow>(
      `UPDATE alert SET acknowledged_at = $3, acknowledged_by = $4, note = nullif($5, '')
       WHERE tenant_id = $1 AND id = ANY ($2::uuid[]) AND acknowledged_at IS NULL AND resolved_at IS NULL RETURNING *`,
      [tenantId, ids, new Date(nowMs), name, note],
    )
    const known = await client.query<{ id: string }>(
      'SELECT id FROM alert WHERE tenant_id = $1 AND id = ANY ($2::uuid[])',
      [tenantId, ids],
    )
    const news = rows.map((alert): AlertNews => ({ topic: 'alert.acknowledged', alert }))
    await appendEntries(
      client,
      tenantId,
      nowMs,
      rows.map(({ id }) => ({ alertId: id, kind: 'acknowledged', by: name, severity: null, note: note || null })),
    )
    await appendAudit(
      client,
      rows.map(({ id, rule, subject }) => ({
        by,
        action: 'alert.acknowledged',
        targetKind: 'alert',
        targetId: id,
        reason: note || undefined,
        details: { rule, subject },
      })),
    )
    await appendAlertEvents(client, tenantId, nowMs, news)
    if (news.length > 0) await tellWebhooks(client, tenantId, nowMs, news)
    return { changed: rows.map(({ id }) => id), known: known.rows.map(({ id }) => id) }
  })
}
