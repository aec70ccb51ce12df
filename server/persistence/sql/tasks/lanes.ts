import type { Pool } from 'pg'
import type { Lane, LanePurpose } from '#server/core/queue/lane.ts'
import { noResources } from '#server/core/queue/resources.ts'

interface Row {
  id: number
  tenant_id: string
  task_type: string
  module_id: string
  cpu: number
  memory_mb: number
}

function toLane(row: Row): Lane {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    taskType: row.task_type,
    pinnedModuleId: row.module_id || null,
    resources: { cpu: row.cpu, memoryMb: row.memory_mb },
  }
}

const columns = 'id, tenant_id, task_type, module_id, cpu, memory_mb'
const isThisLane = 'tenant_id = $1 AND task_type = $2 AND module_id = $3 AND cpu = $4 AND memory_mb = $5'

export async function readLanes(pool: Pool): Promise<Lane[]> {
  const { rows } = await pool.query<Row>(`SELECT ${columns} FROM lane`)
  return rows.map(toLane)
}

/** Makes the lane unless it exists. Two callers at once get the same one. */
export async function ensureLane(
  pool: Pool,
  { tenantId, taskType, pinnedModuleId = null, resources = noResources }: LanePurpose,
): Promise<Lane> {
  const key = [tenantId, taskType, pinnedModuleId ?? '', resources.cpu, resources.memoryMb]
  await pool.query(
    `INSERT INTO lane (tenant_id, task_type, module_id, cpu, memory_mb)
     SELECT $1::text, $2::text, $3::text, $4::float8, $5::integer
     WHERE NOT EXISTS (SELECT FROM lane WHERE ${isThisLane})
     ON CONFLICT DO NOTHING`,
    key,
  )
  const { rows } = await pool.query<Row>(`SELECT ${columns} FROM lane WHERE ${isThisLane}`, key)
  const row = rows[0]
  if (!row) throw new Error(`lane of ${key.join('/')} vanished`)
  return toLane(row)
}
