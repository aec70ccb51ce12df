import type { ClientBase } from 'pg'
import type { RecordedBreakerChange } from '#server/core/analysis/fleet-evidence.ts'
import { ms } from './read-tasks.ts'

/** More changes than this say that breakers flap; the first so many are enough to see it. */
const mostChanges = 50_000

const recordedChange = `module_id AS "moduleId", instance_id AS "instanceId", replica_id AS "replicaId", ${ms('at')} AS at,
  from_state AS "from", to_state AS "to", reason`

/** Changes of a tenant's breakers between two moments (ms since the epoch), in order: one range of the index by time. */
export async function readBreakerChanges(
  client: ClientBase,
  tenantId: string,
  from: number,
  to: number,
): Promise<RecordedBreakerChange[]> {
  const { rows } = await client.query<RecordedBreakerChange>({
    name: 'read-breaker-changes',
    text: `
      SELECT ${recordedChange}
      FROM breaker_change
      WHERE at >= to_timestamp($2::float8 / 1000) AND at < to_timestamp($3::float8 / 1000) AND tenant_id = $1
      ORDER BY at, id
      LIMIT ${mostChanges}`,
    values: [tenantId, from, to],
  })
  return rows
}

/** The same of one module: a range of the index by breaker. */
export async function readBreakerChangesOf(
  client: ClientBase,
  { tenantId, moduleId, from, to }: { tenantId: string; moduleId: string; from: number; to: number },
): Promise<RecordedBreakerChange[]> {
  const { rows } = await client.query<RecordedBreakerChange>({
    name: 'read-breaker-changes-of',
    text: `
      SELECT ${recordedChange}
      FROM breaker_change
      WHERE tenant_id = $1 AND module_id = $2 AND at >= to_timestamp($3::float8 / 1000) AND at < to_timestamp($4::float8 / 1000)
      ORDER BY at, id
      LIMIT ${mostChanges}`,
    values: [tenantId, moduleId, from, to],
  })
  return rows
}
