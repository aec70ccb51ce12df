import type { DutyName, HeartbeatAnswer, ReplicaReport } from '#server/core/replicas/replica-store.ts'
import type { ControlConnection } from '../../control-connection.ts'

interface Row {
  now_ms: number
  lost_at: string | null
  others: string[]
  others_running: number
  others_concurrency: number
  duties: DutyName[]
  revisions: Record<string, number>
}

/**
 * One heartbeat, with all that a replica has to learn each second, in one statement: it renews the replica's duties, takes
 * duties that nobody holds (one at a time while there are others, so that they spread), and answers null when the replica is
 * not known. A mark of death is taken back only by naming it: one that was set since the last answer stays.
 */
export async function beatReplica(
  control: ControlConnection,
  replicaId: string,
  report: ReplicaReport & { clockOffsetMs: number; address: string | null },
  terms: { deadAfterMs: number; dutyLeaseMs: number; acknowledgedLoss: string | null },
): Promise<(HeartbeatAnswer & { nowMs: number }) | null> {
  const [row] = await control.query<Row>({
    name: 'beat-replica',
    text: beatSql,
    values: [
      replicaId,
      terms.deadAfterMs,
      terms.dutyLeaseMs,
      terms.acknowledgedLoss,
      report.running,
      report.concurrency,
      report.claimedPerMinute,
      report.staleWrites,
      report.isDraining,
      report.clockOffsetMs,
      report.address,
      report.refused,
    ],
  })
  if (!row) return null
  const { now_ms: nowMs, lost_at: lostAt, others, duties, revisions } = row
  const { others_running: othersRunning, others_concurrency: othersConcurrency } = row
  return { nowMs, lostAt, others, othersRunning, othersConcurrency, duties, revisions }
}

const beatSql = `
  WITH others AS MATERIALIZED (
    SELECT id, running, concurrency FROM replica
    WHERE id <> $1 AND stopped_at IS NULL AND heartbeat_at > clock_timestamp() - $2 * interval '1 millisecond'
  ), mine AS (
    UPDATE replica SET
      heartbeat_at = clock_timestamp(), running = $5, concurrency = $6, claimed_per_minute = $7,
      stale_writes = $8, is_draining = $9, clock_offset_ms = $10, address = $11, refused = $12,
      lost_at = CASE WHEN lost_at::text = $4 THEN NULL ELSE lost_at END
    WHERE id = $1
    RETURNING lost_at
  ), free AS (
    SELECT name FROM duty WHERE expires_at <= clock_timestamp() AND NOT $9 AND EXISTS (SELECT FROM mine)
    ORDER BY name LIMIT CASE WHEN EXISTS (SELECT FROM others) THEN 1 ELSE 1000 END FOR UPDATE SKIP LOCKED
  ), held AS (
    UPDATE duty SET
      holder = $1,
      since = CASE WHEN name IN (SELECT name FROM free) THEN clock_timestamp() ELSE since END,
      expires_at = clock_timestamp() + $3 * interval '1 millisecond'
    WHERE name IN (SELECT name FROM free) OR (holder = $1 AND expires_at > clock_timestamp())
    RETURNING name
  )
  SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now_ms, mine.lost_at::text AS lost_at,
         coalesce((SELECT json_agg(id ORDER BY id) FROM others), '[]') AS others,
         coalesce((SELECT sum(running) FROM others), 0)::int AS others_running,
         coalesce((SELECT sum(concurrency) FROM others), 0)::int AS others_concurrency,
         coalesce((SELECT json_agg(name ORDER BY name) FROM held), '[]') AS duties,
         (SELECT json_object_agg(scope, number) FROM revision) AS revisions
  FROM mine`
