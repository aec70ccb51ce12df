import type { BreakerState } from '../../contracts/breakers.ts'

/** What a replica says of a breaker, as far as it counts. */
export interface QuorumVote {
  state: BreakerState
  calls: number
}

export interface Quorum {
  /** Replicas that see it open or half-open. */
  troubled: number
  /** Replicas whose word counts: those, and those that had calls of late. */
  voters: number
  /** Whether it is open for all: more than half of the voters say so, and at least two. */
  isReached: boolean
}

/** Whether a replica's word counts: it sees trouble, or it had calls and sees none. */
export function countsForQuorum({ state, calls }: QuorumVote): boolean {
  return state !== 'closed' || calls > 0
}

/**
 * What replicas together think of a breaker. One alone never decides for another, however few the others' calls are: it may be
 * its own network that is bad, and the others find out for themselves within a few calls.
 */
export function quorumOf(votes: readonly QuorumVote[]): Quorum {
  const voters = votes.filter(countsForQuorum)
  const troubled = voters.filter(({ state }) => state !== 'closed').length
  return { troubled, voters: voters.length, isReached: troubled >= 2 && troubled * 2 > voters.length }
}
