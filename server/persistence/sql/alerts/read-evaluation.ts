import type { Pool } from 'pg'
import type { AlertStore, OpenAlert } from '#server/core/alerts/alert-store.ts'

type Read = Awaited<ReturnType<AlertStore['read']>>

/** What the next evaluation goes by: how the last one left things, alerts that are not resolved, and silences; one snapshot. */
export async function readEvaluation(pool: Pool, tenantId: string, knownRevision: number | null): Promise<Read> {
  const { rows } = await pool.query<{
    revision: string | null
    kept: Read['kept']
    open: OpenAlert[]
    silences: Read['silences']
  }>({
    name: 'read-alert-evaluation',
    text: `
      SELECT e.revision, CASE WHEN e.revision IS DISTINCT FROM $2 THEN e.kept END AS kept,
        (SELECT coalesce(json_agg(json_build_object(
           'id', a.id, 'rule', a.rule, 'subject', a.subject, 'moduleId', a.module_id, 'severity', a.severity, 'level', a.level,
           'detail', a.detail, 'isNotified', a.notified_at IS NOT NULL,
           'renewedAt', round(extract(epoch FROM a.renewed_at) * 1000))), '[]')
         FROM alert a WHERE a.tenant_id = $1 AND a.resolved_at IS NULL) AS open,
        (SELECT coalesce(json_agg(json_build_object(
           'id', s.id, 'kind', s.kind, 'rule', s.rule, 'severity', s.severity, 'moduleId', s.module_id, 'reason', s.reason,
           'by', s.created_by, 'startsAt', round(extract(epoch FROM s.starts_at) * 1000),
           'endsAt', round(extract(epoch FROM s.ends_at) * 1000))), '[]')
         FROM alert_silence s WHERE s.tenant_id = $1 AND s.ends_at > clock_timestamp()) AS silences
      FROM (SELECT) one LEFT JOIN alert_evaluation e ON e.tenant_id = $1`,
    values: [tenantId, knownRevision],
  })
  const [row] = rows
  return {
    revision: Number(row?.revision ?? 0),
    kept: row?.kept ?? null,
    open: row?.open ?? [],
    silences: row?.silences ?? [],
  }
}
