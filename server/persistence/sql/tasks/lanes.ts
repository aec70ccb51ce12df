import type { Pool } from 'pg'
import type { Lane } from '#server/core/queue/task-store.ts'

interface Row {
  id: number
  tenant_id: string
  task_type: string
  module_id: string
}

function toLane(row: Row): Lane {
  return { id: row.id, tenantId: row.tenant_id, taskType: row.task_type, pinnedModuleId: row.module_id || null }
}

export async function readLanes(pool: Pool): Promise<Lane[]> {
  const { rows } = await pool.query<Row>('SELECT id, tenant_id, task_type, module_id FROM lane')
  return rows.map(toLane)
}

/** Makes the lane unless it exists. Two callers at once get the same one. */
export async function ensureLane(
  pool: Pool,
  tenantId: string,
  taskType: string,
  pinnedModuleId: string | null,
): Promise<Lane> {
  const key = [tenantId, taskType, pinnedModuleId ?? '']
  await pool.query(
    `INSERT INTO lane (tenant_id, task_type, module_id)
     SELECT $1::text, $2::text, $3::text
     WHERE NOT EXISTS (SELECT FROM lane WHERE tenant_id = $1 AND task_type = $2 AND module_id = $3)
     ON CONFLICT DO NOTHING`,
    key,
  )
  const { rows } = await pool.query<Row>(
    'SELECT id, tenant_id, task_type, module_id FROM lane WHERE tenant_id = $1 AND task_type = $2 AND module_id = $3',
    key,
  )
  const row = rows[0]
  if (!row) throw new Error(`lane of ${key.join('/')} vanished`)
  return toLane(row)
}
