import type { Page } from '../../contracts/common.ts'
import type {
  DeadLetterJob,
  DeadLetterJobKind,
  DeadLetterJobStatus,
  DeadLetterJobView,
  LetterFilter,
  ListDeadLetterJobs,
} from '../../contracts/dead-letters.ts'
import type { Actor } from '../shared/principal.ts'

/** A job to be made. */
export interface NewJob {
  id: string
  kind: DeadLetterJobKind
  by: Actor
  reason: string | null
  /** Open letters alone are taken, at most `limits.deadLettersPerJob`, the oldest first. */
  selection: { ids: readonly string[] } | { filter: LetterFilter }
  ratePerSecond: number
  trial: { size: number; continueFrom: number | null } | null
  idempotencyKey: string | null
  bodyHash: string | null
}

/** A job that this replica holds the lease of. */
export interface LeasedJob {
  tenantId: string
  id: string
  kind: DeadLetterJobKind
  status: Extract<DeadLetterJobStatus, 'trial' | 'running'>
  /** Who asked for it. */
  by: Actor
  reason: string | null
  total: number
  ratePerSecond: number
  trial: NewJob['trial']
}

export interface JobItem {
  position: number
  letterId: string
}

/** What became of one letter of a job. */
export interface SettledItem {
  position: number
  outcome: 'done' | 'refused' | 'skipped'
  taskId: string | null
  code: string | null
  message: string | null
}

/** How the sample of a job stands; refused letters count as failed, cancelled tasks do not count. */
export interface TrialCount {
  alive: number
  ended: number
  succeeded: number
}

/**
 * Where the jobs on many letters live. A job belongs to whoever holds its lease, by the database's clock; what a replica that
 * lost it still tries to write changes nothing. Every method is one transaction, its audit entries included.
 */
export interface DeadLetterJobStore {
  /** Makes the job and fixes its letters. `none` when nothing matches; `conflict` when the key was used with another body. */
  create(
    job: NewJob,
  ): Promise<{ kind: 'created' | 'repeated'; job: DeadLetterJob } | { kind: 'none' } | { kind: 'conflict'; id: string }>
  /** The newest first. */
  list(tenantId: string, filter: ListDeadLetterJobs): Promise<Page<DeadLetterJob>>
  get(tenantId: string, id: string): Promise<DeadLetterJobView | null>
  /** Takes or renews, for `leaseMs`, the lease of every job at work that no other replica holds. */
  lease(replicaId: string, leaseMs: number): Promise<LeasedJob[]>
  /** Gives all leases of this replica back. */
  release(replicaId: string): Promise<void>
  /** Letters that are not settled yet, in order; of the sample alone while it is a trial. */
  nextItems(job: LeasedJob, limit: number): Promise<JobItem[]>
  /** Keeps what became of letters, and what the job waits for (a code, or null). */
  settle(job: LeasedJob, replicaId: string, items: readonly SettledItem[], waitingFor: string | null): Promise<void>
  countTrial(job: LeasedJob): Promise<TrialCount>
  /** Goes on to another status from the one that the job was leased in. Ending is audited in the name of who asked for it. */
  advance(
    job: LeasedJob,
    replicaId: string,
    next: { status: DeadLetterJobStatus | null; trial: TrialCount | null },
  ): Promise<void>
  /** Tells a job in trial or waiting for a decision to do the rest, or any that has not ended to stop. Answers its status before. */
  decide(
    by: Actor,
    id: string,
    decision: { kind: 'continue' } | { kind: 'abort'; reason: string | null },
  ): Promise<DeadLetterJobStatus | null>
}
