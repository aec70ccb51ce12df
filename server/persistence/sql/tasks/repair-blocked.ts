import type { Pool } from 'pg'
import type { RepairedPage } from '#server/core/queue/dependency-store.ts'
import { type DependantsColumn, dependantsColumn, toMoved, type WithDependants } from './dependants-column.ts'

/**
 * Compares a page of blocked tasks with what became of their parents, in one snapshot: every end of a parent moves its children
 * in the same transaction, so any difference is a fault. Only when there is one, a second statement puts it right.
 */
export async function repairBlocked(
  pool: Pool,
  afterId: string | null,
  limit: number,
  replicaId: string,
): Promise<WithDependants<RepairedPage>> {
  const { rows } = await pool.query<{ id: string; tenant_id: string; is_wrong: boolean }>({
    name: 'inspect-blocked',
    text: `
      WITH page AS MATERIALIZED (
        SELECT id, tenant_id FROM waiting WHERE due_at IS NULL AND id > coalesce($1::uuid, '00000000-0000-0000-0000-000000000000')
        ORDER BY id LIMIT $2
      )
      SELECT p.id, p.tenant_id, coalesce(i.parents <> i.open_parents OR i.failed_ids IS NOT NULL, false) AS is_wrong
      FROM page p LEFT JOIN inspect_blocked(ARRAY(SELECT id FROM page)) i ON i.id = p.id ORDER BY p.id`,
    values: [afterId, limit],
  })
  const repaired = rows.filter(row => row.is_wrong).map(row => ({ tenantId: row.tenant_id, id: row.id }))
  const lastId = rows.length < limit ? null : (rows.at(-1)?.id ?? null)
  if (repaired.length === 0) return { result: { repaired, lastId }, moved: null }
  const { rows: put } = await pool.query<DependantsColumn>({
    name: 'repair-blocked',
    text: `
      WITH dependants AS MATERIALIZED (
        SELECT * FROM repair_blocked($1::uuid[])
      ), counted AS (
        INSERT INTO task_total (tenant_id, replica_id, cancelled, live_bytes)
        SELECT tenant_id, $2, sum(cancelled), -sum(bytes) FROM dependants GROUP BY tenant_id
        ON CONFLICT (tenant_id, replica_id) DO UPDATE SET
          cancelled = task_total.cancelled + excluded.cancelled, live_bytes = task_total.live_bytes + excluded.live_bytes
      )
      SELECT ${dependantsColumn}`,
    values: [repaired.map(({ id }) => id), replicaId],
  })
  return { result: { repaired, lastId }, moved: toMoved(put[0]) }
}
