/** What one replica at a time does for all. */
export const dutyNames = [
  'alerts',
  'deadlines',
  'dependencies',
  'deployments',
  'event-totals',
  'health-history',
  'invariants',
  'retention',
  'suggestions',
] as const
export type DutyName = (typeof dutyNames)[number]

/** Kinds of configuration that replicas keep in memory. */
export const revisionScopes = ['access', 'breaker-holds', 'breakers', 'modules', 'settings'] as const
export type RevisionScope = (typeof revisionScopes)[number]

/** What a replica says of itself with each heartbeat. */
export interface ReplicaReport {
  running: number
  concurrency: number
  claimedPerMinute: number
  /** Outcomes of this process that came too late and changed nothing. */
  staleWrites: number
  /** Submissions that this process refused because the queue or a type was full. */
  refused: number
  isDraining: boolean
}

/** What a heartbeat is answered with, all from one snapshot. */
export interface HeartbeatAnswer {
  /** Other replicas that live, by the database's clock. */
  others: readonly string[]
  /** When another replica found this one silent and took its work over; null when none did, or when that was acknowledged. */
  lostAt: string | null
  /** Calls in flight and workers of the others. */
  othersRunning: number
  othersConcurrency: number
  duties: readonly DutyName[]
  revisions: Readonly<Record<string, number>>
}

/** A replica that has just been found silent; told once. */
export interface LostReplica {
  id: string
  host: string
  silentMs: number
}

/** A replica as it is kept. Times in ms since the epoch. */
export interface StoredReplica extends ReplicaReport {
  id: string
  host: string
  pid: number
  version: string
  address: string | null
  startedAt: number
  heartbeatAt: number
  stoppedAt: number | null
  lostAt: number | null
  /** How far its machine's clock is ahead of the database's, in ms. */
  clockOffsetMs: number
  leases: number
  duties: readonly { name: string; since: number }[]
}

/** Where replicas know of each other. Database time is the only clock; each method is one transaction. */
export interface ReplicaStore {
  /** Says that this process begins to work under its id: whatever was kept of an earlier one under the same id is over. */
  join(): Promise<void>
  /**
   * Says that this replica lives, renews its duties, and takes duties nobody holds: one with each beat, all when it is alone.
   * `acknowledgedLoss` is the `lostAt` that was dealt with. Throws when the replica did not join, or was forgotten since.
   */
  beat(
    report: ReplicaReport,
    terms: { deadAfterMs: number; dutyLeaseMs: number; acknowledgedLoss: string | null },
  ): Promise<HeartbeatAnswer>
  /**
   * Marks replicas that have been silent for `deadAfterMs` and ends their database sessions, so that nothing they began before
   * they froze holds locks or is committed any more. Each is answered to one caller only.
   */
  declareLost(deadAfterMs: number): Promise<LostReplica[]>
  /** Says that this replica stopped in good order: its duties are free and what it may still hold can be taken over at once. */
  leave(): Promise<void>
  /** All that lived within the last days, the newest first. */
  list(): Promise<StoredReplica[]>
}
