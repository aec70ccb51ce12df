import type { Clock } from '../shared/clock.ts'
import type { Logger } from '../shared/logger.ts'
import type { DutyName, HeartbeatAnswer, LostReplica, ReplicaReport, ReplicaStore } from './replica-store.ts'
import type { RevisionWatch } from './revision-watch.ts'

/** A replica that was silent for this long is dead for all others. */
export const deadAfterMs = 5_000
const dutyLeaseMs = 5_000
/** What a heartbeat gave is used for less time than it was given for: the answer took a while, and clocks do not run alike. */
const safeForMs = 4_000

export interface MembershipOptions {
  store: ReplicaStore
  revisions: RevisionWatch
  clock: Clock
  logger: Logger
  report: () => ReplicaReport
  /** Another replica had counted this one dead: what it held may be somebody else's by now. */
  onLost: () => void
  /** Others came or went; not told for what is found at the start. */
  onOthersChanged: (others: readonly string[]) => void
}

/**
 * What this replica knows of the fleet of replicas, as of its last heartbeat: who else lives, and which duties are its own.
 * All of it is forgotten when no heartbeat has been answered for a while, since by then others may have taken over.
 */
export class Membership {
  readonly #options: MembershipOptions
  #answer: HeartbeatAnswer | null = null
  /** When the heartbeat that was answered last was sent, in ms since the epoch. */
  #sentAt = Number.NEGATIVE_INFINITY
  #acknowledgedLoss: string | null = null

  constructor(options: MembershipOptions) {
    this.#options = options
  }

  /** Ids of the other replicas that lived at the last heartbeat. */
  get others(): readonly string[] {
    return this.#answer?.others ?? []
  }

  /** Calls in flight and workers of the others, as of the last heartbeat. */
  get othersWork(): { running: number; concurrency: number } {
    return { running: this.#answer?.othersRunning ?? 0, concurrency: this.#answer?.othersConcurrency ?? 0 }
  }

  /** Whether others may work on the same database. */
  get isShared(): boolean {
    return this.others.length > 0
  }

  /** Whether others still count this replica among the living, so that it may take on work. */
  get isFresh(): boolean {
    return this.#options.clock.now() - this.#sentAt < safeForMs
  }

  /** Whether a duty is this replica's now. */
  holds(duty: DutyName): boolean {
    return this.isFresh && this.#answer?.duties.includes(duty) === true
  }

  /** Begins to live under its id and learns who else does. */
  async join(): Promise<void> {
    await this.#options.store.join()
    await this.beat()
  }

  /** One heartbeat. Rejects when the database did not take it. */
  async beat(): Promise<void> {
    const { store, clock, report, revisions, onLost, onOthersChanged } = this.#options
    const sentAt = clock.now()
    const answer = await store.beat(report(), { deadAfterMs, dutyLeaseMs, acknowledgedLoss: this.#acknowledgedLoss })
    const before = this.#answer
    this.#answer = answer
    this.#sentAt = sentAt
    if (answer.lostAt !== null && answer.lostAt !== this.#acknowledgedLoss) {
      this.#acknowledgedLoss = answer.lostAt
      this.#options.logger.warn(
        { lostAt: answer.lostAt },
        'this replica was silent for too long and was taken for dead',
      )
      onLost()
    }
    if (before !== null && !haveSameMembers(before.others, answer.others)) onOthersChanged(answer.others)
    revisions.observe(answer.revisions)
  }

  /** Declares silent replicas dead. Answers those that nobody else has declared. */
  declareLost(): Promise<LostReplica[]> {
    return this.#options.store.declareLost(deadAfterMs)
  }
}

function haveSameMembers(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every(id => other.includes(id))
}
