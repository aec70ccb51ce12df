import type { Pool } from 'pg'
import type { BreakerState } from '#server/contracts/breakers.ts'
import type { StoredProbeEnd, StoredVote } from '#server/core/resilience/breaker-shares.ts'

interface VoteRow {
  tenant_id: string
  module_id: string
  instance_id: string
  replica_id: string
  state: BreakerState
  since: Date
  troubled_since: Date | null
  calls: number
  failures: number
  next_probe_at: Date | null
}

/** What live replicas say of breakers with which any of them sees trouble. */
export async function readVotes(pool: Pool, deadAfterMs: number): Promise<StoredVote[]> {
  const { rows } = await pool.query<VoteRow>({
    name: 'read-votes',
    text: `
      SELECT v.tenant_id, v.module_id, v.instance_id, v.replica_id, v.state, v.since, v.troubled_since, v.calls, v.failures, v.next_probe_at
      FROM breaker_vote v JOIN replica r ON r.id = v.replica_id
      WHERE r.stopped_at IS NULL AND r.heartbeat_at > clock_timestamp() - $1 * interval '1 millisecond'`,
    values: [deadAfterMs],
  })
  return rows.map(row => ({
    tenantId: row.tenant_id,
    moduleId: row.module_id,
    instanceId: row.instance_id,
    replicaId: row.replica_id,
    state: row.state,
    since: row.since.getTime(),
    troubledSince: row.troubled_since?.getTime() ?? null,
    calls: row.calls,
    failures: row.failures,
    nextProbeAt: row.next_probe_at?.getTime() ?? null,
  }))
}

interface EndRow {
  tenant_id: string
  module_id: string
  instance_id: string
  ended_by: string
  outcome: 'closed' | 'failed'
  ended_at: Date
  next_at: Date | null
}

/** How probes of the last day ended that decided something, the latest of each breaker. */
export async function readProbeEnds(pool: Pool): Promise<StoredProbeEnd[]> {
  const { rows } = await pool.query<EndRow>({
    name: 'read-probe-ends',
    text: `
      SELECT tenant_id, module_id, instance_id, ended_by, outcome, ended_at, next_at
      FROM breaker_probe WHERE ended_at > clock_timestamp() - interval '1 day'`,
  })
  return rows.map(row => ({
    tenantId: row.tenant_id,
    moduleId: row.module_id,
    instanceId: row.instance_id,
    replicaId: row.ended_by,
    outcome: row.outcome,
    at: row.ended_at.getTime(),
    nextAt: row.next_at?.getTime() ?? 0,
  }))
}
