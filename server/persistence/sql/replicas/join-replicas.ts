import { hostname } from 'node:os'
import { dutyNames, revisionScopes } from '#server/core/replicas/replica-store.ts'
import type { ControlConnection } from '../../control-connection.ts'

/**
 * Enters a process under its id. What an earlier process had under the same id, its part of instances included, is over. Duties
 * and kinds of configuration that this version is the first to have are entered with it.
 */
export async function joinReplicas(
  control: ControlConnection,
  replica: { id: string; version: string },
): Promise<void> {
  await control.query({
    text: `
      WITH given_back AS (
        DELETE FROM slot_grant WHERE replica_id = $1
      ), known_duties AS (
        INSERT INTO duty (name) SELECT unnest($5::text[]) ON CONFLICT DO NOTHING
      ), known_scopes AS (
        INSERT INTO revision (scope) SELECT unnest($6::text[]) ON CONFLICT DO NOTHING
      )
      INSERT INTO replica (id, host, pid, version) VALUES ($1, $2, $3, $4)
      ON CONFLICT (id) DO UPDATE SET
        host = excluded.host, pid = excluded.pid, version = excluded.version, address = NULL,
        started_at = clock_timestamp(), heartbeat_at = clock_timestamp(), stopped_at = NULL, lost_at = NULL,
        slots_from = NULL, is_draining = false, running = 0, claimed_per_minute = 0, stale_writes = 0`,
    values: [replica.id, hostname(), process.pid, replica.version, dutyNames, revisionScopes],
  })
}
