import type { Pool } from 'pg'
import type { SpendQuery, SpendRow } from '#server/core/queue/task-store.ts'

const keys: Record<SpendQuery['by'], string> = {
  module: 'module_id',
  type: 'task_type',
  tenant: 'tenant_id',
  day: `to_char(day, 'YYYY-MM-DD')`,
}

/** What was spent in these days, added up exactly; the largest first, days in order. */
export async function readSpend(pool: Pool, tenantId: string, { from, to, by }: SpendQuery): Promise<SpendRow[]> {
  const { rows } = await pool.query<{ key: string; calls: string; cost_usd: string }>({
    name: `read-spend-by-${by}`,
    text: `
      SELECT ${keys[by]} AS key, sum(calls) AS calls, sum(cost_usd) AS cost_usd
      FROM spend_day WHERE tenant_id = $1 AND day BETWEEN $2::date AND $3::date
      GROUP BY 1 ORDER BY ${by === 'day' ? 'key' : 'cost_usd DESC, key'} LIMIT 1000`,
    values: [tenantId, from, to],
  })
  return rows.map(row => ({ key: row.key, calls: Number(row.calls), costUsd: Number(row.cost_usd) }))
}
