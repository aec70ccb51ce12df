import type { Page } from '../../contracts/common.ts'
import type { ListTasks, TaskSummary } from '../../contracts/tasks.ts'
import { canBecome, type EndStatus, isQueued } from '../queue/task-state.ts'
import type {
  ClaimedTask,
  ClaimLane,
  HeldLease,
  InsertResult,
  Lane,
  LeaseEnd,
  LiveTotals,
  NewTask,
  QueueCounts,
  QueuePlace,
  ReclaimedTask,
  SpendQuery,
  SpendRow,
  StoredTask,
  TaskStore,
  TaskTotals,
} from '../queue/task-store.ts'
import type { Clock } from '../shared/clock.ts'
import { countLiveTypes, liveTotalsOf } from './live-views.ts'
import { spendOf } from './spend-views.ts'
import { compareEntries, comparePlaces, type Entry, type Leased, type Place, statusOf } from './task-entry.ts'
import {
  countEntries,
  isMatch,
  lostAttempt,
  toClaimed,
  toHeldLeases,
  toIso,
  toLeased,
  toLetter,
  toStoredTask,
  toSummary,
} from './task-views.ts'
import { withinQuotas } from './within-quotas.ts'

const spentMessage = 'The replica that ran it stopped, on its last attempt.'

/**
 * The task store in memory, for tests and the simulator: passes the same contract suite as the one in PostgreSQL. Claims sort
 * the lanes' ready tasks, so it suits thousands of waiting tasks, not millions.
 */
export class MemoryTaskStore implements TaskStore {
  readonly #clock: Clock
  readonly #entries = new Map<string, Entry>()
  readonly #ready = new Map<number, Set<Entry>>()
  readonly #lanes: Lane[] = []
  readonly #keys = new Map<string, { bodyHash: string | null; id: string }>()
  readonly #heartbeats = new Map<string, number>()
  readonly #totals = new Map<string, TaskTotals>()
  #lastLeaseNo = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** A replica lived at this moment. */
  beat(replicaId: string, at = this.#clock.now()): void {
    this.#heartbeats.set(replicaId, at)
  }

  async lanes(): Promise<Lane[]> {
    return [...this.#lanes]
  }

  async ensureLane(tenantId: string, taskType: string, pinnedModuleId: string | null): Promise<Lane> {
    const known = this.#lanes.find(
      lane => lane.tenantId === tenantId && lane.taskType === taskType && lane.pinnedModuleId === pinnedModuleId,
    )
    if (known) return known
    const lane = { id: this.#lanes.length + 1, tenantId, taskType, pinnedModuleId }
    this.#lanes.push(lane)
    return lane
  }

  async insert(tasks: readonly NewTask[]): Promise<InsertResult[]> {
    return tasks.map(task => this.#insertOne(task))
  }

  async claim(lanes: readonly ClaimLane[], limit: number, replicaId: string): Promise<ClaimedTask[]> {
    const now = this.#clock.now()
    const open = lanes.flatMap(({ laneId, slots, quotas }) =>
      [...(this.#ready.get(laneId) ?? [])]
        .filter(entry => entry.task.deadline === null || entry.task.deadline > now)
        .sort(compareEntries)
        .slice(0, slots)
        .map(entry => ({ entry, quotas })),
    )
    open.sort((a, b) => compareEntries(a.entry, b.entry))
    return withinQuotas(withinQuotas(open, 'type'), 'tenant')
      .slice(0, limit)
      .map(({ entry }) => this.#lease(entry, replicaId, now))
  }

  async leased(replicaId: string, except: readonly number[]): Promise<ClaimedTask[]> {
    return toLeased(this.#entries.values(), replicaId, except)
  }

  async leasesOf(replicaId: string, which: 'all' | 'cancelled'): Promise<HeldLease[]> {
    return toHeldLeases(this.#entries.values(), replicaId, which)
  }

  async finish(ends: readonly LeaseEnd[]): Promise<boolean[]> {
    return ends.map(end => this.#finishOne(end))
  }

  async promoteDue(limit: number): Promise<{ promoted: number; lanes: number[]; nextDueInMs: number | null }> {
    const now = this.#clock.now()
    const waiting = [...this.#entries.values()]
      .flatMap(entry => (entry.place.kind === 'waiting' ? [{ entry, dueAt: entry.place.dueAt }] : []))
      .sort((a, b) => a.dueAt - b.dueAt)
    const due = waiting.filter(({ dueAt }) => dueAt <= now).slice(0, limit)
    for (const { entry } of due) this.#move(entry, { kind: 'ready', enqueuedAt: now })
    const next = waiting.find(({ dueAt }) => dueAt > now)
    return {
      promoted: due.length,
      lanes: [...new Set(due.map(({ entry }) => entry.task.laneId))],
      nextDueInMs: next ? next.dueAt - now : null,
    }
  }

  async expireOverdue(limit: number): Promise<number> {
    const now = this.#clock.now()
    const late = [...this.#entries.values()]
      .filter(({ task, place }) => isQueued(statusOf(place)) && task.deadline !== null && task.deadline <= now)
      .slice(0, limit)
    const error = { code: 'DEADLINE_PASSED', message: 'The deadline passed before it could be started.' }
    for (const entry of late) this.#end(entry, 'expired', { error, reason: 'DEADLINE_PASSED' })
    return late.length
  }

  async cancel(
    tenantId: string,
    id: string,
    reason: string,
  ): Promise<
    { kind: 'ended' } | { kind: 'signalled'; replicaId: string } | { kind: 'already_ended'; status: EndStatus } | null
  > {
    const entry = this.#find(tenantId, id)
    if (!entry) return null
    const { place } = entry
    if (place.kind === 'ended') return { kind: 'already_ended', status: place.status }
    if (place.kind === 'leased') {
      place.cancelReason = reason
      return { kind: 'signalled', replicaId: place.replicaId }
    }
    this.#end(entry, 'cancelled', { reason })
    return { kind: 'ended' }
  }

  async reclaim(deadAfterMs: number, alsoOf: string | null): Promise<ReclaimedTask[]> {
    const limit = this.#clock.now() - deadAfterMs
    const isDead = (replicaId: string) => replicaId === alsoOf || (this.#heartbeats.get(replicaId) ?? Infinity) < limit
    return [...this.#entries.values()].flatMap(entry =>
      entry.place.kind === 'leased' && isDead(entry.place.replicaId) ? [this.#reclaimOne(entry, entry.place)] : [],
    )
  }

  async get(tenantId: string, id: string): Promise<StoredTask | null> {
    const entry = this.#find(tenantId, id)
    if (!entry) return null
    const retriedAs = [...this.#entries.values()].findLast(other => other.task.retryOf === id)?.task.id ?? null
    return toStoredTask(entry, retriedAs)
  }

  async list(tenantId: string, filter: ListTasks): Promise<Page<TaskSummary>> {
    const matching = [...this.#entries.values()]
      .filter(entry => entry.task.tenantId === tenantId)
      .map(entry => toSummary(entry))
      .filter(item => isMatch(item, filter))
      .sort((a, b) => (a.id < b.id ? 1 : -1))
    const items = matching.slice(0, filter.limit)
    return { items, nextCursor: matching.length > filter.limit ? (items.at(-1)?.id ?? null) : null }
  }

  async counts(tenantId: string): Promise<QueueCounts> {
    return countEntries([...this.#entries.values()].filter(entry => entry.task.tenantId === tenantId))
  }

  async spend(tenantId: string, query: SpendQuery): Promise<SpendRow[]> {
    return spendOf([...this.#entries.values()], tenantId, query)
  }

  async countAhead(laneIds: readonly number[], place: QueuePlace, cap: number): Promise<number> {
    const ready = laneIds.flatMap(laneId => [...(this.#ready.get(laneId) ?? [])])
    return Math.min(cap, ready.filter(({ task }) => comparePlaces(task, place) < 0).length)
  }

  async liveTotals(): Promise<LiveTotals> {
    return liveTotalsOf([...this.#entries.values()])
  }

  async recountLive(): Promise<{ counted: { count: number; bytes: number }; totals: LiveTotals }> {
    const totals = await this.liveTotals()
    return { counted: { count: totals.count, bytes: totals.bytes }, totals }
  }

  async liveByType(tenantId: string, types: readonly string[]): Promise<Record<string, number>> {
    return countLiveTypes([...this.#entries.values()], tenantId, types)
  }

  async totals(tenantId: string): Promise<TaskTotals> {
    return { ...this.#totalsOf(tenantId) }
  }

  #insertOne(task: NewTask): InsertResult {
    if (task.idempotencyKey !== null) {
      const key = `${task.tenantId} ${task.idempotencyKey}`
      const known = this.#keys.get(key)
      const earlier = known && this.#entries.get(known.id)
      if (known && earlier) {
        if (known.bodyHash !== task.bodyHash) return { kind: 'conflict', id: known.id }
        return { kind: 'deduplicated', id: known.id, status: statusOf(earlier.place), priority: earlier.task.priority }
      }
    }
    const refusal = this.#closeLetterOf(task)
    if (refusal) return refusal
    const now = this.#clock.now()
    const place: Place =
      task.runAt === null
        ? { kind: 'ready', enqueuedAt: now }
        : { kind: 'waiting', dueAt: task.runAt, reason: 'not_before', since: now }
    const entry: Entry = { task, place, used: 0, startedAt: null, attempts: [], letter: null }
    this.#entries.set(task.id, entry)
    if (task.idempotencyKey !== null) {
      this.#keys.set(`${task.tenantId} ${task.idempotencyKey}`, { bodyHash: task.bodyHash, id: task.id })
    }
    this.#file(entry)
    this.#totalsOf(task.tenantId).accepted++
    return { kind: 'inserted' }
  }

  /** Closes the dead letter that a task is made from; the refusal when it demands an open one and there is none. */
  #closeLetterOf({ id, tenantId, retryOf, remake }: NewTask): InsertResult | null {
    if (retryOf === null || remake === null) return null
    const letter = this.#find(tenantId, retryOf)?.letter ?? null
    if (letter?.state !== 'open') {
      if (remake.kind === 'retry') return null
      const { state = null, reprocessedAs = null, jobId = null } = letter ?? {}
      return { kind: 'letter_not_open', state, reprocessedAs, jobId }
    }
    const closedAt = toIso(this.#clock.now())
    Object.assign(letter, {
      state: 'reprocessed',
      reprocessedAs: id,
      jobId: remake.jobId,
      closedAt,
      closedBy: remake.by.name,
    })
    return null
  }

  #lease(entry: Entry, replicaId: string, now: number): ClaimedTask {
    if (entry.place.kind !== 'ready') throw new Error(`task ${entry.task.id} is not ready`)
    const { enqueuedAt } = entry.place
    const leaseNo = ++this.#lastLeaseNo
    const place: Leased = { kind: 'leased', leaseNo, replicaId, enqueuedAt, claimedAt: now, cancelReason: null }
    this.#move(entry, place)
    return toClaimed(entry, place)
  }

  #finishOne(end: LeaseEnd): boolean {
    const entry = this.#entries.get(end.task.id)
    if (entry?.place.kind !== 'leased' || entry.place.leaseNo !== end.task.leaseNo) return false
    const { enqueuedAt, claimedAt, cancelReason } = entry.place
    entry.used = end.attemptsUsed
    entry.startedAt = end.startedAt
    for (const { dispatchedAt, endedAt, ...attempt } of end.attempts) {
      const [enqueued, claimed, dispatched, ended] = [enqueuedAt, claimedAt, dispatchedAt, endedAt].map(toIso)
      entry.attempts.push({
        ...attempt,
        enqueuedAt: enqueued ?? '',
        claimedAt: claimed ?? '',
        dispatchedAt: dispatched ?? '',
        endedAt: ended ?? null,
      })
    }
    const now = this.#clock.now()
    if (end.next.kind === 'end') this.#end(entry, end.next.status, end.next)
    else if (cancelReason !== null) this.#end(entry, 'cancelled', { reason: cancelReason })
    else if (end.next.kind === 'requeue') this.#move(entry, { kind: 'ready', enqueuedAt })
    else this.#move(entry, { kind: 'waiting', dueAt: now + end.next.delayMs, reason: end.next.reason, since: now })
    return true
  }

  #reclaimOne(entry: Entry, place: Leased): ReclaimedTask {
    const { task } = entry
    const now = this.#clock.now()
    entry.used++
    entry.startedAt ??= place.claimedAt
    const error = { code: 'REPLICA_LOST', message: 'The replica that ran it stopped before it could answer.' }
    entry.attempts.push(lostAttempt(entry, place, error, now))
    const isOver = place.cancelReason !== null || entry.used >= task.maxAttempts
    if (place.cancelReason !== null) this.#end(entry, 'cancelled', { reason: place.cancelReason })
    else if (isOver) this.#end(entry, 'failed', { error: { ...error, message: spentMessage } })
    else this.#move(entry, { kind: 'ready', enqueuedAt: now })
    return {
      tenantId: task.tenantId,
      id: task.id,
      type: task.type,
      formerReplicaId: place.replicaId,
      outcome: isOver ? 'failed' : 'requeued',
    }
  }

  #end(
    entry: Entry,
    status: EndStatus,
    facts: { result?: string | null; error?: { code: string; message: string } | null; reason?: string | null },
  ): void {
    const { result = null, error = null, reason = null } = facts
    this.#move(entry, { kind: 'ended', status, at: this.#clock.now(), result, error, reason })
    this.#totalsOf(entry.task.tenantId)[status]++
    if (status === 'failed') entry.letter = toLetter(entry.task.type, error, reason, toIso(this.#clock.now()))
  }

  /** Throws when no task may go from where it is to there. */
  #move(entry: Entry, place: Place): void {
    const [from, to] = [statusOf(entry.place), statusOf(place)]
    if (!canBecome(from, to)) throw new Error(`task ${entry.task.id} is ${from} and cannot become ${to}`)
    entry.place = place
    this.#file(entry)
  }

  #file(entry: Entry): void {
    let lane = this.#ready.get(entry.task.laneId)
    if (!lane) {
      lane = new Set()
      this.#ready.set(entry.task.laneId, lane)
    }
    if (entry.place.kind === 'ready') lane.add(entry)
    else lane.delete(entry)
  }

  #find(tenantId: string, id: string): Entry | undefined {
    const entry = this.#entries.get(id)
    return entry?.task.tenantId === tenantId ? entry : undefined
  }

  #totalsOf(tenantId: string): TaskTotals {
    const totals = this.#totals.get(tenantId) ?? { accepted: 0, succeeded: 0, failed: 0, cancelled: 0, expired: 0 }
    this.#totals.set(tenantId, totals)
    return totals
  }
}
