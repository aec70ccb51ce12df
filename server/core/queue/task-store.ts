import type { Json, Page } from '../../contracts/common.ts'
import type { DeadLetterMark, DeadLetterState } from '../../contracts/dead-letters.ts'
import type { DecisionView } from '../../contracts/decisions.ts'
import type {
  AttemptOutcome,
  AttemptView,
  CheckpointView,
  ListTasks,
  RelatedTask,
  TaskError,
  TaskStatus,
  TaskSummary,
} from '../../contracts/tasks.ts'
import type { StampedEvent } from '../events/event-store.ts'
import type { Actor } from '../shared/principal.ts'
import type { DependencyStore } from './dependency-store.ts'
import type { EagerLease, EagerStart } from './eager-start.ts'
import type { Checkpoint, InterruptionStore } from './interruption.ts'
import type { Lane, LanePurpose } from './lane.ts'
import type { LaneCount, QueueCounts } from './queue-counts.ts'
import type { EndStatus, WaitReason } from './task-state.ts'

/** On whose behalf a task is made anew from one that ended; the store closes its dead letter and audits it in the same transaction. */
export interface Remake {
  /** `reprocess` demands an open dead letter; `retry` closes one if there is one. */
  kind: 'retry' | 'reprocess'
  by: Actor
  /** The background job that does it; its letters are not audited one by one. */
  jobId: string | null
  isPayloadEdited: boolean
}

/** A task as it is accepted; never changed afterwards. Times in ms since the epoch. */
export interface NewTask {
  tenantId: string
  id: string
  laneId: number
  type: string
  pinnedModuleId: string | null
  priority: number
  score: number
  rank: number
  runAt: number | null
  deadline: number | null
  timeoutMs: number
  /** From the first start; null is the server's own. */
  totalTimeoutMs: number | null
  maxAttempts: number
  complexity: number
  /** The most that its attempts together may cost, in USD; null without a limit. */
  costBudgetUsd: number | null
  idempotencyKey: string | null
  /** Digest of everything but the key; the same key with another digest is refused. */
  bodyHash: string | null
  submittedBy: string
  retryOf: string | null
  /** Set together with `retryOf`. */
  remake: Remake | null
  /** Tasks that have to succeed first: existing ones of the tenant, and ones that stand before it in the same insert. */
  dependsOn: readonly string[]
  /** W3C trace context of whoever submitted it; null when there was none. */
  traceparent: string | null
  acceptedAt: number
  /** JSON text. */
  payload: string
  /** Its UTF-8 bytes. */
  payloadBytes: number
  /** Tells that it was accepted; the store puts the type that fits where it stands. */
  event: StampedEvent
}

export type InsertResult =
  /** `waitsFor` is there when it is blocked: so many parents have yet to succeed; `lease` when it was started at once. */
  | { kind: 'inserted'; waitsFor?: number; lease?: EagerLease }
  /** The key was seen before with the same body: the task made then. */
  | { kind: 'deduplicated'; id: string; status: TaskStatus; priority: number }
  /** The key was seen before with another body. */
  | { kind: 'conflict'; id: string }
  /** There is no open dead letter to reprocess (`state` is null when there is none at all); how it was closed. */
  | { kind: 'letter_not_open'; state: DeadLetterState | null; reprocessedAs: string | null; jobId: string | null }
  /** The store cannot hold it; the others of its batch are not touched. */
  | { kind: 'refused' }
  /** Its tenant has no such task. */
  | { kind: 'parent_unknown'; parentId: string }
  /** That task has ended, and not well. */
  | { kind: 'parent_failed'; parentId: string; status: TaskStatus }
  /** That task was to be inserted with it and was not. */
  | { kind: 'parent_rejected'; parentId: string }

/** Where a task stands in the one order over all queues. */
export interface QueuePlace {
  rank: number
  priority: number
  /** Ms since the epoch; none comes last. */
  deadline: number | null
  id: string
}

/** A lane that is open to a claim. */
export interface ClaimLane {
  laneId: number
  /** Tasks it may give at most. */
  slots: number
  /** Shared with the other lanes of its type, and with those of its tenant; a lane without them is bound by its slots alone. */
  quotas?: { type: Quota; tenant: Quota }
}

/** What lanes with the same group number may give together in one claim. */
export interface Quota {
  group: number
  most: number
}

/** A task taken for execution under a lease. */
export interface ClaimedTask {
  tenantId: string
  id: string
  laneId: number
  type: string
  pinnedModuleId: string | null
  priority: number
  deadline: number | null
  timeoutMs: number
  totalTimeoutMs: number | null
  maxAttempts: number
  complexity: number
  costBudgetUsd: number | null
  /** What its earlier attempts cost, in USD; read only for a task that has a budget, else 0. */
  spentUsd: number
  submittedBy: string
  retryOf: string | null
  traceparent: string | null
  payload: Json
  payloadBytes: number
  /** What an earlier attempt saved, and the module that did; null when none did. */
  checkpoint: Checkpoint | null
  rank: number
  /** Fencing number: strictly increasing over all leases; whoever holds an older one changes nothing. */
  leaseNo: number
  /** Attempts already used. */
  attempts: number
  enqueuedAt: number
  claimedAt: number
  /** When its first attempt began; null when this is the first. */
  startedAt: number | null
}

/** One ended attempt, as it is kept. */
export interface AttemptRecord {
  number: number
  moduleId: string
  instanceId: string
  outcome: Exclude<AttemptOutcome, 'running'>
  error: TaskError | null
  dispatchedAt: number
  endedAt: number
  /** Hourly cost of the module × duration, in USD, to ten decimals. */
  costUsd: number
  decision: DecisionView | null
}

/** A lease as its replica looks at it. */
export interface HeldLease {
  taskId: string
  leaseNo: number
  /** Why it was asked to stop; null when it was not. */
  cancelReason: string | null
}

/** What becomes of a task when its lease ends. */
export type NextStep =
  | {
      kind: 'end'
      status: EndStatus /** JSON text */
      result: string | null
      error: TaskError | null
      reason: string | null
    }
  /** Waits for `delayMs` of database time before it may be claimed again. */
  | { kind: 'wait'; delayMs: number; reason: WaitReason }
  /** Back into the queue at its old place, no attempt used. */
  | { kind: 'requeue' }

export interface LeaseEnd {
  task: ClaimedTask
  attempts: readonly AttemptRecord[]
  /** Attempts used so far, these included. */
  attemptsUsed: number
  startedAt: number | null
  at: number
  next: NextStep
  events: readonly StampedEvent[]
}

/** Days (UTC, `2026-11-21`) from and to, both included, and what to add up by. */
export interface SpendQuery {
  from: string
  to: string
  by: 'module' | 'type' | 'tenant' | 'day'
}

/** Calls that cost something, and what they cost together. */
export interface SpendRow {
  /** The module, type, tenant or day. */
  key: string
  calls: number
  costUsd: number
}

/** What is alive: tasks, bytes of their payloads; and how many have ended since the first start. */
export interface LiveTotals {
  count: number
  bytes: number
  ended: number
}

export interface TaskTotals {
  accepted: number
  succeeded: number
  failed: number
  cancelled: number
  expired: number
}

/** A task with everything that is stored of it, for a detail page. */
export interface StoredTask {
  summary: TaskSummary
  payload: Json
  result: Json
  error: TaskError | null
  attempts: AttemptView[]
  score: number
  rank: number
  runAt: string | null
  deadline: string | null
  timeoutMs: number
  totalTimeoutMs: number | null
  estimatedComplexity: number
  costBudgetUsd: number | null
  idempotencyKey: string | null
  submittedBy: string
  retryOf: string | null
  traceparent: string | null
  checkpoint: CheckpointView | null
  retriedAs: string | null
  endReason: string | null
  /** Of a task that failed; null for any other. */
  deadLetter: DeadLetterMark | null
  lane: Lane
  /** While it waits: why and until when; else null. */
  waiting: { reason: WaitReason; dueAt: string | null; since: string } | null
  lease: { leaseNo: number; replicaId: string; claimedAt: string } | null
  dependsOn: RelatedTask[]
  dependants: { total: number; items: RelatedTask[] }
  failedAncestor: RelatedTask | null
  raised: { by: string; at: string } | null
}

/**
 * Where tasks live. Each method is one transaction; database time is the only clock for leases. Two implementations pass one
 * contract suite: PostgreSQL, and one in memory for tests and the simulator.
 */
export interface TaskStore extends DependencyStore, InterruptionStore {
  lanes(): Promise<Lane[]>
  /** The lane for this, made when it does not exist. */
  ensureLane(purpose: LanePurpose): Promise<Lane>
  /**
   * All of them committed together, except those that its answer says were not. A task whose parents have not all succeeded is
   * blocked, and moves in the transaction that ends the last of them. That holds whatever ends or is inserted at the same
   * time: a parent cannot end between being looked at and the commit. Where no task of the insert depends
   * on others, those of `eager` that would be ready are leased instead of queued.
   */
  insert(tasks: readonly NewTask[], eager?: EagerStart): Promise<InsertResult[]>
  /**
   * Takes up to `limit` tasks in rank order over the given lanes, at most `slots` of each and what their quotas leave, under
   * leases of `replicaId`.
   */
  claim(lanes: readonly ClaimLane[], limit: number, replicaId: string): Promise<ClaimedTask[]>
  /**
   * Tasks under leases of `replicaId`, except under those leases: what it holds without knowing, because a claim was committed
   * and its answer lost.
   */
  leased(replicaId: string, except: readonly number[]): Promise<ClaimedTask[]>
  /** The leases of a replica, or only those that were asked to stop. */
  leasesOf(replicaId: string, which: 'all' | 'cancelled'): Promise<HeldLease[]>
  /**
   * Ends leases that are still current; the others change nothing. Answers, in order, whether each one counted. A task that was
   * cancelled under its lease ends cancelled when it would wait or go back into the queue. One that ends failed is an open dead
   * letter from then on.
   */
  finish(ends: readonly LeaseEnd[], replicaId: string): Promise<boolean[]>
  /** Puts waiting tasks whose time has come into the queue, those due first before others. Answers in how long the next is due. */
  promoteDue(limit: number): Promise<{ promoted: number; lanes: number[]; nextDueInMs: number | null }>
  /** Ends queued tasks whose deadline has passed. */
  expireOverdue(limit: number, replicaId: string): Promise<number>
  /**
   * Ends a queued task at once, or marks the lease of a running one, and audits in the same transaction whose act that was. Null when
   * the tenant has no such task.
   */
  cancel(
    by: Actor,
    id: string,
    reason: string,
    replicaId: string,
  ): Promise<
    { kind: 'ended' } | { kind: 'signalled'; replicaId: string } | { kind: 'already_ended'; status: EndStatus } | null
  >
  /** Takes back the leases of replicas whose heartbeat is older than `deadAfterMs`, and of `alsoOf` when given. */
  reclaim(deadAfterMs: number, alsoOf: string | null): Promise<ReclaimedTask[]>
  get(tenantId: string, id: string): Promise<StoredTask | null>
  /**
   * One page, newest first. Where few tasks match, it may end before it is full: then it says where to go on, though there may be
   * nothing more.
   */
  list(tenantId: string, filter: ListTasks): Promise<Page<TaskSummary>>
  counts(tenantId: string): Promise<QueueCounts>
  /** The `byType` of `counts` alone, of these types; at a cost that grows with what is ready of them only. */
  countLanes(tenantId: string, types: readonly string[]): Promise<LaneCount[]>
  /**
   * How many ready tasks of these lanes are claimed before one that stands at `place`, counted up to `cap`: at a cost bounded by
   * it, however much waits.
   */
  countAhead(laneIds: readonly number[], place: QueuePlace, cap: number): Promise<number>
  /** What waits or runs over all tenants, from running totals: at constant cost, however much it is. */
  liveTotals(): Promise<LiveTotals>
  /** The same counted in the tables themselves, with the totals of the same moment; takes time in proportion to what waits. */
  recountLive(): Promise<{ counted: { count: number; bytes: number }; totals: LiveTotals }>
  /** Tasks of these types that wait or run. Cost grows with what waits. */
  liveByType(tenantId: string, types: readonly string[]): Promise<Record<string, number>>
  totals(tenantId: string): Promise<TaskTotals>
  /** What calls cost, from the sums that are kept with the attempts. At most 1,000 rows. */
  spend(tenantId: string, query: SpendQuery): Promise<SpendRow[]>
}

export interface ReclaimedTask {
  tenantId: string
  id: string
  type: string
  formerReplicaId: string
  /** What became of it: back in the queue, or dead-lettered because its attempts were used up. */
  outcome: 'requeued' | 'failed'
}
