import type { Pool } from 'pg'
import type { BreakerKey } from '#server/core/resilience/breaker-board.ts'
import type { BreakerVote } from '#server/core/resilience/breaker-shares.ts'

/** Says what a replica sees of these breakers now, and takes back what it said of others. Those that are gone are left out. */
export async function publishVotes(
  pool: Pool,
  replicaId: string,
  votes: readonly BreakerVote[],
  withdrawn: readonly BreakerKey[],
): Promise<void> {
  await pool.query({
    name: 'publish-votes',
    text: `
      WITH taken_back AS (
        DELETE FROM breaker_vote v USING jsonb_to_recordset($3::jsonb) AS w("tenantId" text, "moduleId" text, "instanceId" text)
        WHERE v.tenant_id = w."tenantId" AND v.module_id = w."moduleId" AND v.instance_id = w."instanceId" AND v.replica_id = $1
      )
      INSERT INTO breaker_vote (tenant_id, module_id, instance_id, replica_id, state, since, troubled_since, calls, failures, next_probe_at)
      SELECT i.tenant_id, i.module_id, i.id, $1, s.state, to_timestamp(s.since / 1000), to_timestamp(s."troubledSince" / 1000),
             s.calls, s.failures, to_timestamp(s."nextProbeAt" / 1000)
      FROM jsonb_to_recordset($2::jsonb) AS s("tenantId" text, "moduleId" text, "instanceId" text, state text, since float8,
                                              "troubledSince" float8, calls integer, failures integer, "nextProbeAt" float8)
      JOIN instance i ON i.tenant_id = s."tenantId" AND i.module_id = s."moduleId" AND i.id = s."instanceId"
      ORDER BY 1, 2, 3
      ON CONFLICT (tenant_id, module_id, instance_id, replica_id) DO UPDATE SET
        state = excluded.state, since = excluded.since, troubled_since = excluded.troubled_since, calls = excluded.calls,
        failures = excluded.failures, next_probe_at = excluded.next_probe_at, said_at = clock_timestamp()`,
    values: [replicaId, JSON.stringify(votes), JSON.stringify(withdrawn)],
  })
}
