import { type ChildVerdict, type KeyVerdict, settleChild } from '../graph/settle-children.ts'
import type { DependantsMoved } from '../queue/dependency-store.ts'
import { canBecome, type EndStatus, isQueued } from '../queue/task-state.ts'
import type { InsertResult, LiveTotals, NewTask, TaskTotals } from '../queue/task-store.ts'
import type { Clock } from '../shared/clock.ts'
import { TurnoverMap } from '../shared/turnover-map.ts'
import { DueEntries, ReadyLane } from './entry-queues.ts'
import { type Entry, type Leased, type Place, statusOf } from './task-entry.ts'
import { toIso, toLetter } from './task-views.ts'

/** The tasks of the memory store, and how they are added, move and end: with their keys, dead letters, totals and dependants. */
export class TaskTable {
  readonly #clock: Clock
  readonly #entries = new TurnoverMap<string, Entry>()
  readonly #live = new TurnoverMap<string, Entry>()
  readonly #ready = new Map<number, ReadyLane>()
  readonly #due = new DueEntries()
  readonly #deadlines = new DueEntries()
  readonly #forget: (ended: Entry) => boolean
  #liveBytes = 0
  #ended = 0
  readonly #keys = new Map<string, { bodyHash: string | null; id: string }>()
  readonly #totals = new Map<string, TaskTotals>()
  readonly #listeners = new Set<(moved: DependantsMoved) => void>()
  /** Of what is being done now. */
  readonly #moved: DependantsMoved[] = []

  /** `forget` is told of each task that ends and answers whether nobody will ask for it any more. */
  constructor(clock: Clock, forget: (ended: Entry) => boolean = () => false) {
    this.#clock = clock
    this.#forget = forget
  }

  /** Every task there has been, oldest first, but those that were forgotten. */
  all(): Entry[] {
    return [...this.#entries.values()]
  }

  /** Tasks that have not ended, in no particular order. */
  live(): Iterable<Entry> {
    return this.#live.values()
  }

  liveTotals(): LiveTotals {
    return { count: this.#live.size, bytes: this.#liveBytes, ended: this.#ended }
  }

  readyIn(laneId: number): ReadyLane {
    let lane = this.#ready.get(laneId)
    if (!lane) {
      lane = new ReadyLane()
      this.#ready.set(laneId, lane)
    }
    return lane
  }

  /** One that was taken out of its lane stands where it stood, unless it was started. */
  putBack(entry: Entry): void {
    if (entry.place.kind === 'ready') this.readyIn(entry.task.laneId).add(entry)
  }

  /** Waiting tasks by when they are due. */
  get due(): DueEntries {
    return this.#due
  }

  /** Takes out queued tasks whose deadline has passed, the oldest first. */
  takeOverdue(now: number, limit: number): Entry[] {
    return this.#deadlines.takeDue(now, limit).sort((a, b) => a.number - b.number)
  }

  /** A ready task stands somewhere else in its lane by what `change` does. */
  reorder(entry: Entry, task: NewTask): void {
    entry.task = task
    if (entry.place.kind === 'ready') this.readyIn(task.laneId).add(entry)
  }

  onDependantsMoved(listener: (moved: DependantsMoved) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** `leaseOf` is for a task that is to be leased at once if it would be ready. */
  insert(
    task: NewTask,
    verdicts: Map<string, ChildVerdict>,
    leaseOf: ((readyAt: number) => Leased) | null,
  ): InsertResult {
    const known = this.#knownByKey(task)
    const key: KeyVerdict =
      known === null ? { kind: 'new' } : known.kind === 'deduplicated' ? { kind: 'same_as', id: known.id } : barred
    const verdict = settleChild(task, key, verdicts, id => {
      const entry = this.find(task.tenantId, id)
      return entry && statusOf(entry.place)
    })
    verdicts.set(task.id, verdict)
    if (verdict.kind === 'same_as' || verdict.kind === 'barred') return known ?? { kind: 'refused' }
    if (verdict.kind !== 'added') return verdict
    const refusal = this.#closeLetterOf(task)
    if (refusal) {
      verdicts.set(task.id, barred)
      return refusal
    }
    return this.#add(task, verdict.parents, verdict.open.length, leaseOf)
  }

  #knownByKey(task: NewTask): InsertResult | null {
    if (task.idempotencyKey === null) return null
    const known = this.#keys.get(`${task.tenantId} ${task.idempotencyKey}`)
    const earlier = known && this.#entries.get(known.id)
    if (!known || !earlier) return null
    if (known.bodyHash !== task.bodyHash) return { kind: 'conflict', id: known.id }
    return { kind: 'deduplicated', id: known.id, status: statusOf(earlier.place), priority: earlier.task.priority }
  }

  #add(
    task: NewTask,
    parents: readonly string[],
    open: number,
    leaseOf: ((readyAt: number) => Leased) | null,
  ): InsertResult {
    const now = this.#clock.now()
    let place: Place =
      open > 0 ? { kind: 'waiting', dueAt: null, reason: 'parents', since: now } : placeWithoutParents(task, now)
    if (place.kind === 'ready' && leaseOf !== null) place = leaseOf(place.enqueuedAt)
    const entry: Entry = {
      number: this.#ended + this.#live.size,
      task,
      place,
      used: 0,
      startedAt: null,
      attempts: [],
      letter: null,
      parents,
      open,
      children: [],
      causedBy: null,
      raised: null,
      checkpoint: null,
    }
    this.#entries.set(task.id, entry)
    this.#live.set(task.id, entry)
    this.#liveBytes += task.payloadBytes
    for (const id of parents) this.find(task.tenantId, id)?.children.push(entry)
    if (task.idempotencyKey !== null) {
      this.#keys.set(`${task.tenantId} ${task.idempotencyKey}`, { bodyHash: task.bodyHash, id: task.id })
    }
    this.#file(entry)
    this.totalsOf(task.tenantId).accepted++
    if (open > 0) return { kind: 'inserted', waitsFor: open }
    if (place.kind !== 'leased') return { kind: 'inserted' }
    return { kind: 'inserted', lease: { leaseNo: place.leaseNo, claimedAt: place.claimedAt } }
  }

  /** Closes the dead letter that a task is made from; the refusal when it demands an open one and there is none. */
  #closeLetterOf({ id, tenantId, retryOf, remake }: NewTask): InsertResult | null {
    if (retryOf === null || remake === null) return null
    const letter = this.find(tenantId, retryOf)?.letter ?? null
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

  end(
    entry: Entry,
    status: EndStatus,
    facts: { result?: string | null; error?: { code: string; message: string } | null; reason?: string | null },
  ): void {
    const { result = null, error = null, reason = null } = facts
    this.move(entry, { kind: 'ended', status, at: this.#clock.now(), result, error, reason })
    entry.checkpoint = null
    this.totalsOf(entry.task.tenantId)[status]++
    this.#live.delete(entry.task.id)
    this.#liveBytes -= entry.task.payloadBytes
    this.#ended++
    if (status === 'failed') entry.letter = toLetter(entry.task.type, error, reason, toIso(this.#clock.now()))
    for (const child of entry.children) this.#moveChild(child, entry, status)
    if (this.#forget(entry)) this.#entries.delete(entry.task.id)
  }

  #moveChild(child: Entry, parent: Entry, status: EndStatus): void {
    if (statusOf(child.place) !== 'blocked') return
    if (status !== 'succeeded') {
      child.causedBy = parent.task.id
      const error = { code: 'PARENT_FAILED', message: 'A task that it depends on did not succeed.' }
      this.#moved.push({ cancelled: 1, laneIds: [], dueInMs: null })
      this.end(child, 'cancelled', { error, reason: 'PARENT_FAILED' })
      return
    }
    child.open--
    if (child.open > 0) return
    const now = this.#clock.now()
    const { runAt } = child.task
    const dueInMs = runAt !== null && runAt > now ? runAt - now : null
    this.move(child, dueInMs === null ? { kind: 'ready', enqueuedAt: now } : placeWithoutParents(child.task, now))
    this.#moved.push({ cancelled: 0, laneIds: dueInMs === null ? [child.task.laneId] : [], dueInMs })
  }

  /** Does something that may end tasks, and tells afterwards what became of those that waited for them. */
  telling<Result>(act: () => Result): Result {
    const result = act()
    for (const moved of this.#moved.splice(0)) for (const listener of this.#listeners) listener(moved)
    return result
  }

  /** Throws when no task may go from where it is to there. */
  move(entry: Entry, place: Place): void {
    const [from, to] = [statusOf(entry.place), statusOf(place)]
    if (!canBecome(from, to)) throw new Error(`task ${entry.task.id} is ${from} and cannot become ${to}`)
    entry.place = place
    this.#file(entry)
  }

  #file(entry: Entry): void {
    const { task, place } = entry
    const lane = this.readyIn(task.laneId)
    if (place.kind === 'ready') lane.add(entry)
    else lane.remove(entry)
    if (place.kind === 'waiting' && place.dueAt !== null) this.#due.add(entry, place.dueAt)
    if (task.deadline !== null && isQueued(statusOf(place))) this.#deadlines.add(entry, task.deadline)
  }

  find(tenantId: string, id: string): Entry | undefined {
    const entry = this.#entries.get(id)
    return entry?.task.tenantId === tenantId ? entry : undefined
  }

  totalsOf(tenantId: string): TaskTotals {
    let totals = this.#totals.get(tenantId)
    if (!totals) {
      totals = { accepted: 0, succeeded: 0, failed: 0, cancelled: 0, expired: 0 }
      this.#totals.set(tenantId, totals)
    }
    return totals
  }
}

const barred = { kind: 'barred' } as const

function placeWithoutParents(task: NewTask, now: number): Place {
  if (task.runAt === null) return { kind: 'ready', enqueuedAt: now }
  return { kind: 'waiting', dueAt: task.runAt, reason: 'not_before', since: now }
}
