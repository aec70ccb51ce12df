import type { Page } from '../../contracts/common.ts'
import type { ListTasks, TaskSummary } from '../../contracts/tasks.ts'
import type { ChildVerdict } from '../graph/settle-children.ts'
import type { DependantsMoved, GraphTask, Raise, RepairedPage } from '../queue/dependency-store.ts'
import type { EagerStart } from '../queue/eager-start.ts'
import type { CheckpointWrite, UrgentTask } from '../queue/interruption.ts'
import type { Lane, LanePurpose } from '../queue/lane.ts'
import { comparePlaces } from '../queue/priority.ts'
import type { LaneCount, QueueCounts } from '../queue/queue-counts.ts'
import { noResources } from '../queue/resources.ts'
import type { EndStatus } from '../queue/task-state.ts'
import type {
  ClaimedTask,
  ClaimLane,
  HeldLease,
  InsertResult,
  LeaseEnd,
  LiveTotals,
  NewTask,
  QueuePlace,
  ReclaimedTask,
  SpendQuery,
  SpendRow,
  StoredTask,
  TaskStore,
  TaskTotals,
} from '../queue/task-store.ts'
import { withinQuotas } from '../queue/within-quotas.ts'
import type { Clock } from '../shared/clock.ts'
import type { Actor } from '../shared/principal.ts'
import { inOneOrder } from './entry-queues.ts'
import { holdsJson } from './holds-json.ts'
import { countLiveTypes } from './live-views.ts'
import { spendOf } from './spend-views.ts'
import { type Entry, type Leased, statusOf } from './task-entry.ts'
import { TaskTable } from './task-table.ts'
import {
  countEntries,
  isMatch,
  lostAttempt,
  toClaimed,
  toGraphTask,
  toHeldLeases,
  toIso,
  toLeased,
  toStoredTask,
  toSummary,
  urgentAmong,
} from './task-views.ts'

const spentMessage = 'The replica that ran it stopped, on its last attempt.'

/**
 * The task store in memory, for tests and the simulator: passes the same contract suite as the one in PostgreSQL. What the
 * dispatcher and upkeep ask for costs O(log n) of what waits; lists, graphs and counts look at every task.
 */
export class MemoryTaskStore implements TaskStore {
  readonly #clock: Clock
  readonly #table: TaskTable
  readonly #lanes: Lane[] = []
  readonly #heartbeats = new Map<string, number>()
  #lastLeaseNo = 0

  /**
   * `forget` is told of each task that ends and answers whether nobody will ask for it any more, not even as the parent of a
   * later one; by default all are kept.
   */
  constructor(clock: Clock, forget?: (ended: Entry) => boolean) {
    this.#clock = clock
    this.#table = new TaskTable(clock, forget)
  }

  /** A replica lived at this moment. */
  beat(replicaId: string, at = this.#clock.now()): void {
    this.#heartbeats.set(replicaId, at)
  }

  async lanes(): Promise<Lane[]> {
    return [...this.#lanes]
  }

  async ensureLane({ tenantId, taskType, pinnedModuleId = null, resources = noResources }: LanePurpose): Promise<Lane> {
    const known = this.#lanes.find(
      lane =>
        lane.tenantId === tenantId &&
        lane.taskType === taskType &&
        lane.pinnedModuleId === pinnedModuleId &&
        lane.resources.cpu === resources.cpu &&
        lane.resources.memoryMb === resources.memoryMb,
    )
    if (known) return known
    const lane = { id: this.#lanes.length + 1, tenantId, taskType, pinnedModuleId, resources }
    this.#lanes.push(lane)
    return lane
  }

  async insert(tasks: readonly NewTask[], eager?: EagerStart): Promise<InsertResult[]> {
    const verdicts = new Map<string, ChildVerdict>()
    const leaseOf = (readyAt: number) => this.#newLease(eager?.replicaId ?? '', readyAt, readyAt)
    return tasks.map(task => this.#table.insert(task, verdicts, eager?.tasks.has(task) ? leaseOf : null))
  }

  async claim(lanes: readonly ClaimLane[], limit: number, replicaId: string): Promise<ClaimedTask[]> {
    const now = this.#clock.now()
    const open: { entry: Entry; quotas: ClaimLane['quotas'] }[] = []
    for (const { laneId, slots, quotas } of lanes) {
      for (const entry of this.#table.readyIn(laneId).takeFirst(now, slots)) open.push({ entry, quotas })
    }
    const first = withinQuotas(withinQuotas(inOneOrder(open), 'type'), 'tenant').slice(0, limit)
    const claimed = first.map(({ entry }) => this.#lease(entry, replicaId, now))
    if (claimed.length < open.length) for (const { entry } of open) this.#table.putBack(entry)
    return claimed
  }

  async leased(replicaId: string, except: readonly number[]): Promise<ClaimedTask[]> {
    return toLeased(this.#table.live(), replicaId, except)
  }

  async leasesOf(replicaId: string, which: 'all' | 'cancelled'): Promise<HeldLease[]> {
    return toHeldLeases(this.#table.live(), replicaId, which)
  }

  async finish(ends: readonly LeaseEnd[]): Promise<boolean[]> {
    return this.#table.telling(() => ends.map(end => this.#finishOne(end)))
  }

  async saveCheckpoints(checkpoints: readonly CheckpointWrite[]): Promise<boolean[]> {
    return checkpoints.map(checkpoint => {
      const entry = this.#table.find(checkpoint.tenantId, checkpoint.taskId)
      if (entry?.place.kind !== 'leased' || entry.place.leaseNo !== checkpoint.leaseNo) return false
      entry.checkpoint = { ...checkpoint, savedAt: this.#clock.now() }
      return true
    })
  }

  async urgentHeads(laneIds: readonly number[], waitedMs: number): Promise<UrgentTask[]> {
    const lanes = laneIds.map(laneId => this.#table.readyIn(laneId).all())
    return urgentAmong(lanes, this.#clock.now(), waitedMs)
  }

  async promoteDue(limit: number): Promise<{ promoted: number; lanes: number[]; nextDueInMs: number | null }> {
    const now = this.#clock.now()
    const due = this.#table.due.takeDue(now, limit)
    for (const entry of due) this.#table.move(entry, { kind: 'ready', enqueuedAt: now })
    const nextAt = this.#table.due.nextAt()
    return {
      promoted: due.length,
      lanes: [...new Set(due.map(({ task }) => task.laneId))],
      nextDueInMs: nextAt === null ? null : Math.max(0, nextAt - now),
    }
  }

  async expireOverdue(limit: number): Promise<number> {
    const now = this.#clock.now()
    const late = this.#table.takeOverdue(now, limit)
    const error = { code: 'DEADLINE_PASSED', message: 'The deadline passed before it could be started.' }
    return this.#table.telling(() => {
      // Children first: one that is late itself ends for that, and not for the end of its parent.
      for (const entry of late.toReversed()) this.#table.end(entry, 'expired', { error, reason: 'DEADLINE_PASSED' })
      return late.length
    })
  }

  async cancel(
    { tenantId }: Pick<Actor, 'tenantId'>,
    id: string,
    reason: string,
  ): Promise<
    { kind: 'ended' } | { kind: 'signalled'; replicaId: string } | { kind: 'already_ended'; status: EndStatus } | null
  > {
    const entry = this.#table.find(tenantId, id)
    if (!entry) return null
    const { place } = entry
    if (place.kind === 'ended') return { kind: 'already_ended', status: place.status }
    if (place.kind === 'leased') {
      place.cancelReason = reason
      return { kind: 'signalled', replicaId: place.replicaId }
    }
    this.#table.telling(() => this.#table.end(entry, 'cancelled', { reason }))
    return { kind: 'ended' }
  }

  async reclaim(deadAfterMs: number, alsoOf: string | null): Promise<ReclaimedTask[]> {
    const limit = this.#clock.now() - deadAfterMs
    const isDead = (replicaId: string) => replicaId === alsoOf || (this.#heartbeats.get(replicaId) ?? Infinity) < limit
    return this.#table.telling(() =>
      [...this.#table.live()].flatMap(entry =>
        entry.place.kind === 'leased' && isDead(entry.place.replicaId) ? [this.#reclaimOne(entry, entry.place)] : [],
      ),
    )
  }

  /** Here every end moves what waits for it before anything else can happen, so nothing is ever wrong. */
  async repairBlocked(): Promise<RepairedPage> {
    return { repaired: [], lastId: null }
  }

  async raise(tenantId: string, raises: readonly Raise[]): Promise<number> {
    let raised = 0
    for (const { id, rank, raisedBy } of raises) {
      const entry = this.#table.find(tenantId, id)
      if (!entry || rank >= entry.task.rank) continue
      const status = statusOf(entry.place)
      if (status !== 'ready' && status !== 'blocked') continue
      this.#table.reorder(entry, { ...entry.task, rank })
      entry.raised = { by: raisedBy, at: toIso(this.#clock.now()) }
      raised++
    }
    return raised
  }

  onDependantsMoved(listener: (moved: DependantsMoved) => void): () => void {
    return this.#table.onDependantsMoved(listener)
  }

  async graph(tenantId: string, id: string, limit: number): Promise<{ tasks: GraphTask[]; isCut: boolean } | null> {
    const start = this.#table.find(tenantId, id)
    if (!start) return null
    const found = new Set([start])
    for (const { parents, children } of found) {
      for (const parentId of parents) {
        const parent = this.#table.find(tenantId, parentId)
        if (parent) found.add(parent)
      }
      for (const child of children) found.add(child)
    }
    return { tasks: [...found].slice(0, limit).map(toGraphTask), isCut: found.size > limit }
  }

  async get(tenantId: string, id: string): Promise<StoredTask | null> {
    const entry = this.#table.find(tenantId, id)
    if (!entry) return null
    const retriedAs = this.#table.all().findLast(other => other.task.retryOf === id)?.task.id ?? null
    const lane = this.#lanes.find(({ id: laneId }) => laneId === entry.task.laneId)
    return toStoredTask(entry, {
      resources: lane?.resources ?? noResources,
      retriedAs,
      find: other => this.#table.find(tenantId, other),
    })
  }

  async list(tenantId: string, filter: ListTasks): Promise<Page<TaskSummary>> {
    const matching = this.#table
      .all()
      .filter(({ task }) => task.tenantId === tenantId)
      .filter(({ task }) => filter.data === undefined || holdsJson(JSON.parse(task.payload), filter.data))
      .map(entry => toSummary(entry))
      .filter(item => isMatch(item, filter))
      .sort((a, b) => (a.id < b.id ? 1 : -1))
    const items = matching.slice(0, filter.limit)
    return { items, nextCursor: matching.length > filter.limit ? (items.at(-1)?.id ?? null) : null }
  }

  async counts(tenantId: string): Promise<QueueCounts> {
    return countEntries([...this.#table.live()].filter(entry => entry.task.tenantId === tenantId))
  }

  async countLanes(tenantId: string, types: readonly string[]): Promise<LaneCount[]> {
    const { byType } = await this.counts(tenantId)
    return byType.filter(({ type }) => types.includes(type))
  }

  async spend(tenantId: string, query: SpendQuery): Promise<SpendRow[]> {
    return spendOf(this.#table.all(), tenantId, query)
  }

  async countAhead(laneIds: readonly number[], place: QueuePlace, cap: number): Promise<number> {
    const ready = laneIds.flatMap(laneId => this.#table.readyIn(laneId).all())
    return Math.min(cap, ready.filter(({ task }) => comparePlaces(task, place) < 0).length)
  }

  async liveTotals(): Promise<LiveTotals> {
    return this.#table.liveTotals()
  }

  async recountLive(): Promise<{ counted: { count: number; bytes: number }; totals: LiveTotals }> {
    const totals = await this.liveTotals()
    return { counted: { count: totals.count, bytes: totals.bytes }, totals }
  }

  async liveByType(tenantId: string, types: readonly string[]): Promise<Record<string, number>> {
    return countLiveTypes(this.#table.live(), tenantId, types)
  }

  async totals(tenantId: string): Promise<TaskTotals> {
    return { ...this.#table.totalsOf(tenantId) }
  }

  #lease(entry: Entry, replicaId: string, now: number): ClaimedTask {
    if (entry.place.kind !== 'ready') throw new Error(`task ${entry.task.id} is not ready`)
    const place = this.#newLease(replicaId, entry.place.enqueuedAt, now)
    this.#table.move(entry, place)
    return toClaimed(entry, place)
  }

  #newLease(replicaId: string, enqueuedAt: number, claimedAt: number): Leased {
    return { kind: 'leased', leaseNo: ++this.#lastLeaseNo, replicaId, enqueuedAt, claimedAt, cancelReason: null }
  }

  #finishOne(end: LeaseEnd): boolean {
    const entry = this.#table.find(end.task.tenantId, end.task.id)
    if (entry?.place.kind !== 'leased' || entry.place.leaseNo !== end.task.leaseNo) return false
    const place = entry.place
    const { enqueuedAt, cancelReason } = place
    entry.used = end.attemptsUsed
    entry.startedAt = end.startedAt
    for (const attempt of end.attempts) entry.attempts.push({ attempt, lease: place })
    const now = this.#clock.now()
    if (end.next.kind === 'end') this.#table.end(entry, end.next.status, end.next)
    else if (cancelReason !== null) this.#table.end(entry, 'cancelled', { reason: cancelReason })
    else if (end.next.kind === 'requeue') this.#table.move(entry, { kind: 'ready', enqueuedAt })
    else
      this.#table.move(entry, { kind: 'waiting', dueAt: now + end.next.delayMs, reason: end.next.reason, since: now })
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
    if (place.cancelReason !== null) this.#table.end(entry, 'cancelled', { reason: place.cancelReason })
    else if (isOver) this.#table.end(entry, 'failed', { error: { ...error, message: spentMessage } })
    else this.#table.move(entry, { kind: 'ready', enqueuedAt: now })
    return {
      tenantId: task.tenantId,
      id: task.id,
      type: task.type,
      formerReplicaId: place.replicaId,
      outcome: isOver ? 'failed' : 'requeued',
    }
  }
}
