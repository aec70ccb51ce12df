import type { Pool } from 'pg'
import type { StoredReplica } from '#server/core/replicas/replica-store.ts'

interface Row {
  id: string
  host: string
  pid: number
  version: string
  address: string | null
  started_at: Date
  heartbeat_at: Date
  stopped_at: Date | null
  lost_at: Date | null
  running: number
  concurrency: number
  claimed_per_minute: number
  stale_writes: number
  refused: string
  is_draining: boolean
  clock_offset_ms: number
  leases: number
  duties: { name: string; since: number }[]
}

/** All replicas that are known, with the leases and duties they hold, from one snapshot. The newest first. */
export async function listReplicas(pool: Pool): Promise<StoredReplica[]> {
  const { rows } = await pool.query<Row>(`
    SELECT r.*,
           (SELECT count(*)::int FROM lease l WHERE l.replica_id = r.id) AS leases,
           coalesce((SELECT json_agg(json_build_object('name', d.name, 'since', extract(epoch FROM d.since) * 1000) ORDER BY d.name)
                     FROM duty d WHERE d.holder = r.id AND d.expires_at > clock_timestamp()), '[]') AS duties
    FROM replica r ORDER BY r.started_at DESC, r.id`)
  return rows.map(row => ({
    id: row.id,
    host: row.host,
    pid: row.pid,
    version: row.version,
    address: row.address,
    startedAt: row.started_at.getTime(),
    heartbeatAt: row.heartbeat_at.getTime(),
    stoppedAt: row.stopped_at?.getTime() ?? null,
    lostAt: row.lost_at?.getTime() ?? null,
    running: row.running,
    concurrency: row.concurrency,
    claimedPerMinute: row.claimed_per_minute,
    staleWrites: row.stale_writes,
    refused: Number(row.refused),
    isDraining: row.is_draining,
    clockOffsetMs: row.clock_offset_ms,
    leases: row.leases,
    duties: row.duties,
  }))
}
