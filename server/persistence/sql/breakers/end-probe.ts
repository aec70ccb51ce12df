import type { Pool } from 'pg'
import type { BreakerKey, ProbeEnd } from '#server/core/resilience/breaker-board.ts'

/** Gives the right to probe back, or keeps it for a while after a probe that passed. Nothing if it is somebody else's by now. */
export async function endProbe(
  pool: Pool,
  replicaId: string,
  { tenantId, moduleId, instanceId }: BreakerKey,
  end: ProbeEnd,
  keepMs: number,
): Promise<void> {
  const key = [tenantId, moduleId, instanceId, replicaId]
  if (end.kind === 'passed' || end.kind === 'neutral') {
    await pool.query({
      name: 'keep-probe',
      text: `
        UPDATE breaker_probe SET lease_until = clock_timestamp() + $5 * interval '1 millisecond'
        WHERE tenant_id = $1 AND module_id = $2 AND instance_id = $3 AND holder = $4`,
      values: [...key, end.kind === 'passed' ? keepMs : 0],
    })
    return
  }
  await pool.query({
    name: 'end-probe',
    text: `
      UPDATE breaker_probe SET outcome = $5, ended_by = $4, ended_at = clock_timestamp(), next_at = $6, lease_until = clock_timestamp()
      WHERE tenant_id = $1 AND module_id = $2 AND instance_id = $3 AND holder = $4`,
    values: [...key, end.kind, end.kind === 'failed' ? new Date(end.nextAt) : null],
  })
}
