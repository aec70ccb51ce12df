import type { ControlConnection } from '../../control-connection.ts'

/** Signs a replica off: its duties and its part of instances are free, and leases that it could not end may be taken at once. */
export async function leaveReplicas(control: ControlConnection, replicaId: string): Promise<void> {
  await control.query({
    text: `
      WITH left_duties AS (
        UPDATE duty SET expires_at = '-infinity' WHERE holder = $1
      ), given_back AS (
        DELETE FROM slot_grant WHERE replica_id = $1
      )
      UPDATE replica SET stopped_at = clock_timestamp(), running = 0, claimed_per_minute = 0 WHERE id = $1`,
    values: [replicaId],
  })
}
