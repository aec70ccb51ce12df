import type { Pool, PoolClient } from 'pg'
import type { AlertEntry } from '#server/contracts/alerts.ts'
import type { AlertChange, AlertText, EvaluationResult } from '#server/core/alerts/alert-store.ts'
import { systemPrincipal } from '#server/core/shared/principal.ts'
import { inTransaction } from '../in-transaction.ts'
import type { AlertRow } from './alert-row.ts'
import { type AlertNews, appendAlertEvents, appendEntries, tellWebhooks } from './tell-of-alerts.ts'

/**
 * Keeps what an evaluation came to, when nobody has committed another one since it began: the row of the tenant is updated first, so
 * a second committer waits and then finds the revision gone. An alert that was resolved meanwhile by the other is left alone.
 */
export function commitEvaluation(pool: Pool, tenantId: string, result: EvaluationResult): Promise<boolean> {
  return inTransaction(pool, async client => {
    if (!(await takeRevision(client, tenantId, result))) return false
    const news: AlertNews[] = []
    const entries: { alertId: string; kind: AlertEntry['kind']; text: AlertText | null; note: string | null }[] = []
    for (const change of result.changes) {
      const row = await applyChange(client, tenantId, change, result.nowMs)
      if (!row) continue
      const kind = entryKind(change)
      if (kind === null) continue
      entries.push({ alertId: row.id, kind, text: 'text' in change ? change.text : null, note: noteOf(change) })
      if (kind !== 'eased') news.push({ topic: `alert.${kind}`, alert: row })
    }
    const by = systemPrincipal(tenantId).name
    await appendEntries(
      client,
      tenantId,
      result.nowMs,
      entries.map(({ text, ...entry }) => ({ ...entry, by, severity: text?.severity ?? null })),
    )
    await appendAlertEvents(client, tenantId, result.nowMs, news)
    await tellWebhooks(client, tenantId, result.nowMs, news)
    return true
  })
}

async function takeRevision(client: PoolClient, tenantId: string, result: EvaluationResult): Promise<boolean> {
  const { revision, kept, nowMs, replicaId } = result
  const { rowCount } = await client.query({
    name: 'take-alert-revision',
    text: `
      INSERT INTO alert_evaluation AS e (tenant_id, revision, kept, evaluated_at, evaluated_by)
      VALUES ($1, 1, $3, $4, $5)
      ON CONFLICT (tenant_id) DO UPDATE SET
        revision = e.revision + 1, kept = excluded.kept, evaluated_at = excluded.evaluated_at, evaluated_by = excluded.evaluated_by
      WHERE e.revision = $2`,
    values: [tenantId, revision, JSON.stringify(kept), new Date(nowMs), replicaId],
  })
  return rowCount === 1
}

/** The row after the change; null when there was nothing to change. */
async function applyChange(
  client: PoolClient,
  tenantId: string,
  change: AlertChange,
  nowMs: number,
): Promise<AlertRow | null> {
  const now = new Date(nowMs)
  switch (change.kind) {
    case 'raise': {
      const { id, rule, subject, moduleId, since } = change
      const { rows } = await client.query<AlertRow>(
        `INSERT INTO alert (tenant_id, id, rule, subject, module_id, severity, level, title, detail, href, evidence, since,
                            raised_at, renewed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)
         ON CONFLICT (tenant_id, rule, subject) WHERE resolved_at IS NULL DO NOTHING RETURNING *`,
        [tenantId, id, rule, subject, moduleId, ...textValues(change.text), new Date(since), now],
      )
      return rows[0] ?? null
    }
    case 'move':
    case 'renew': {
      const { rows } = await client.query<AlertRow>(
        `UPDATE alert SET severity = $3, level = $4, title = $5, detail = $6, href = $7, evidence = $8, renewed_at = $9
         WHERE tenant_id = $1 AND id = $2 AND resolved_at IS NULL RETURNING *`,
        [tenantId, change.id, ...textValues(change.text), now],
      )
      return rows[0] ?? null
    }
    case 'resolve': {
      const { rows } = await client.query<AlertRow>(
        'UPDATE alert SET resolved_at = $3 WHERE tenant_id = $1 AND id = $2 AND resolved_at IS NULL RETURNING *',
        [tenantId, change.id, now],
      )
      return rows[0] ?? null
    }
  }
}

function textValues({ severity, level, title, detail, href, evidence }: AlertText): unknown[] {
  return [severity, level, title, detail, href, JSON.stringify(evidence)]
}

function entryKind(change: AlertChange): 'raised' | 'escalated' | 'eased' | 'resolved' | null {
  switch (change.kind) {
    case 'raise':
      return 'raised'
    case 'move':
      return change.isUp ? 'escalated' : 'eased'
    case 'renew':
      return null
    case 'resolve':
      return 'resolved'
  }
}

function noteOf(change: AlertChange): string | null {
  return change.kind === 'resolve' ? change.note : 'text' in change ? change.text.detail : null
}
