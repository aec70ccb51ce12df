import type { LostReplica } from '#server/core/replicas/replica-store.ts'
import type { ControlConnection } from '../../control-connection.ts'
import { sessionNames } from './session-name.ts'

/** Marks replicas that have been silent for too long. The row lock lets one caller only have each. */
export async function declareLost(
  control: ControlConnection,
  replicaId: string,
  deadAfterMs: number,
): Promise<LostReplica[]> {
  const rows = await control.query<{ id: string; host: string; silent_ms: number }>({
    name: 'declare-lost',
    text: `
      UPDATE replica SET lost_at = clock_timestamp()
      WHERE id <> $1 AND stopped_at IS NULL AND lost_at IS NULL
        AND heartbeat_at < clock_timestamp() - $2 * interval '1 millisecond'
      RETURNING id, host, (extract(epoch FROM clock_timestamp() - heartbeat_at) * 1000)::float8 AS silent_ms`,
    values: [replicaId, deadAfterMs],
  })
  return rows.map(row => ({ id: row.id, host: row.host, silentMs: row.silent_ms }))
}

/**
 * Ends the sessions of replicas that were declared dead. A machine that froze in the middle of a statement keeps its locks and
 * its transaction open for as long as its connection stands, and what it claimed last would wait for it. Answers how many. In
 * two steps, since the conditions of one WHERE may be tried in any order, and this one has to come last.
 */
export async function endSessions(control: ControlConnection, replicaIds: readonly string[]): Promise<number> {
  const rows = await control.query<{ pid: number }>({
    text: `
      WITH theirs AS MATERIALIZED (
        SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = ANY ($1) AND pid <> pg_backend_pid()
      )
      SELECT pid FROM theirs WHERE pg_terminate_backend(pid)`,
    values: [sessionNames(replicaIds)],
  })
  return rows.length
}
