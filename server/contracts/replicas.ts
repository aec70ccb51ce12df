/** How a replica stands: `lost` fell silent and its work was taken over, `stopped` left in good order. */
export const replicaStates = ['running', 'draining', 'silent', 'lost', 'stopped'] as const
export type ReplicaState = (typeof replicaStates)[number]

/** One process of the fleet that works on this database. Times are ISO 8601. */
export interface ReplicaView {
  id: string
  state: ReplicaState
  /** Whether it is the one that answers this call. */
  isThis: boolean
  host: string
  pid: number
  version: string
  /** Where it listens. */
  address: string | null
  startedAt: string
  heartbeatAt: string
  stoppedAt: string | null
  lostAt: string | null
  /** Of the process; null when it runs no more. */
  uptimeMs: number | null
  /** Calls in flight, and how many there may be. */
  running: number
  concurrency: number
  /** Tasks it holds. */
  leases: number
  /** Over the last ten seconds. */
  claimedPerMinute: number
  /** Outcomes that came too late and changed nothing, since it started. */
  staleWrites: number
  /** Submissions that it refused because the queue or a type was full, since it started. */
  refused: number
  /** How far its machine's clock is ahead of the database's. */
  clockOffsetMs: number
  /** What it alone does for all. */
  duties: { name: string; since: string }[]
}
