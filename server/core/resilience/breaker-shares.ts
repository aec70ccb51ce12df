import type { BreakerState } from '../../contracts/breakers.ts'
import type { BreakerKey, ProbeEnd, ProbeGrant } from './breaker-board.ts'

/** What one replica said last of a breaker that any of them sees trouble with. */
export interface BreakerVote extends BreakerKey {
  state: BreakerState
  since: number
  /** Since when it has not been closed; null while it is. */
  troubledSince: number | null
  /** Of the rolling window, when it was said. */
  calls: number
  failures: number
  nextProbeAt: number | null
}

export interface StoredVote extends BreakerVote {
  replicaId: string
}

/** How the last probe that decided something ended, on whichever replica. */
export interface StoredProbeEnd extends BreakerKey {
  replicaId: string
  outcome: 'closed' | 'failed'
  at: number
  /** After a failed one: when the next may begin. */
  nextAt: number
}

/** Where replicas tell each other what they see of their breakers. Database time is the only clock. */
export interface BreakerShareStore {
  /** Forgets what an earlier process under the same id said. */
  begin(): Promise<void>
  /** Says what this replica sees now, and takes back what it said of others before. One transaction. */
  publish(votes: readonly BreakerVote[], withdrawn: readonly BreakerKey[]): Promise<void>
  /** What live replicas have said, and how probes ended; only of breakers that somebody sees trouble with. */
  load(): Promise<{ votes: StoredVote[]; probeEnds: StoredProbeEnd[] }>
  /**
   * Takes the right to probe for `leaseMs`, unless a live replica has it or the wait after a failed probe is not over. The
   * replica whose probe failed last comes a second after the others, so that a bad network of its own does not decide for all.
   */
  takeProbe(key: BreakerKey, leaseMs: number): Promise<ProbeGrant>
  /** Gives it back, unless it was lost; after a probe that passed it is kept for `keepMs`, so that the same replica goes on. */
  endProbe(key: BreakerKey, end: ProbeEnd, keepMs: number): Promise<void>
}
