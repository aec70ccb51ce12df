import type { Pool } from 'pg'
import { deadAfterMs } from '#server/core/replicas/membership.ts'
import type { BreakerKey, ProbeEnd, ProbeGrant } from '#server/core/resilience/breaker-board.ts'
import type {
  BreakerShareStore,
  BreakerVote,
  StoredProbeEnd,
  StoredVote,
} from '#server/core/resilience/breaker-shares.ts'
import { endProbe } from './sql/breakers/end-probe.ts'
import { publishVotes } from './sql/breakers/publish-votes.ts'
import { readProbeEnds, readVotes } from './sql/breakers/read-votes.ts'
import { takeProbe } from './sql/breakers/take-probe.ts'

/** What replicas tell each other of breakers, in PostgreSQL. */
export class SqlBreakerShares implements BreakerShareStore {
  readonly #pool: Pool
  readonly #replicaId: string

  constructor(pool: Pool, replicaId: string) {
    this.#pool = pool
    this.#replicaId = replicaId
  }

  async begin(): Promise<void> {
    await this.#pool.query('DELETE FROM breaker_vote WHERE replica_id = $1', [this.#replicaId])
  }

  publish(votes: readonly BreakerVote[], withdrawn: readonly BreakerKey[]): Promise<void> {
    return publishVotes(this.#pool, this.#replicaId, votes, withdrawn)
  }

  async load(): Promise<{ votes: StoredVote[]; probeEnds: StoredProbeEnd[] }> {
    const [votes, probeEnds] = await Promise.all([readVotes(this.#pool, deadAfterMs), readProbeEnds(this.#pool)])
    return { votes, probeEnds }
  }

  takeProbe(key: BreakerKey, leaseMs: number): Promise<ProbeGrant> {
    return takeProbe(this.#pool, this.#replicaId, key, { leaseMs, deadAfterMs })
  }

  endProbe(key: BreakerKey, end: ProbeEnd, keepMs: number): Promise<void> {
    return endProbe(this.#pool, this.#replicaId, key, end, keepMs)
  }
}
