import type { TaskStatus } from '#server/contracts/tasks.ts'
import type { ClaimedTask, InsertResult, NextStep } from '#server/core/queue/task-store.ts'

/** What the model knows of a task. Times are ms since the start of the run. */
export interface ModelTask {
  id: string
  lane: number
  rank: number
  priority: number
  deadline: number
  maxAttempts: number
  used: number
  /** Those that have to succeed before it. */
  parents: readonly ModelTask[]
  startsAt: number | null
  /** What it saved last, and as which module; kept over attempts, gone with its end. */
  checkpoint: { data: number; moduleId: string } | null
  place:
    | { kind: 'blocked' }
    | { kind: 'ready' }
    | { kind: 'waiting'; dueAt: number }
    | { kind: 'leased'; leaseNo: number; by: string; isCancelled: boolean }
    | { kind: 'ended'; status: TaskStatus }
}

export interface Model {
  now: number
  tasks: ModelTask[]
  /** Lanes that operators hold back: nobody claims in them, and all else goes on. */
  paused: Set<number>
  /** Every lease ever handed out, current or not, as its holder remembers it. */
  leases: ClaimedTask[]
  lastLeaseNo: number
}

/** Every other time a lease whose task has meanwhile been leased anew, when there is one. */
export function pickLease(model: Model, which: number): ClaimedTask {
  const isSuperseded = (lease: ClaimedTask) => {
    const { place } = model.tasks.find(task => task.id === lease.id) as ModelTask
    return place.kind === 'leased' && place.leaseNo !== lease.leaseNo
  }
  const superseded = which % 2 === 0 ? model.leases.filter(isSuperseded) : []
  const candidates = superseded.length > 0 ? superseded : model.leases
  return candidates[which % candidates.length] as ClaimedTask
}

export function settle(task: ModelTask, next: NextStep, used: number, now: number): void {
  const wasCancelled = task.place.kind === 'leased' && task.place.isCancelled
  task.used = used
  if (next.kind === 'end') task.place = { kind: 'ended', status: next.status }
  else if (wasCancelled) task.place = { kind: 'ended', status: 'cancelled' }
  else task.place = next.kind === 'requeue' ? { kind: 'ready' } : { kind: 'waiting', dueAt: now + next.delayMs }
}

/** The first of its parents, as they are named, that it cannot be added for. */
export function refusalOf(task: ModelTask, refused: ReadonlySet<ModelTask>): InsertResult | null {
  for (const parent of task.parents) {
    if (refused.has(parent)) return { kind: 'parent_rejected', parentId: parent.id }
    const status = statusOf(parent)
    if (parent.place.kind === 'ended' && status !== 'succeeded')
      return { kind: 'parent_failed', parentId: parent.id, status }
  }
  return null
}

export function placeWithoutParents({ startsAt }: ModelTask): ModelTask['place'] {
  return startsAt === null ? { kind: 'ready' } : { kind: 'waiting', dueAt: startsAt }
}

/** Lets what has ended have its effect on those that wait for it. */
export function moveDependants(model: Model): void {
  const blocked = model.tasks.filter(({ place }) => place.kind === 'blocked')
  const doomed = blocked.filter(({ parents }) =>
    parents.some(({ place }) => place.kind === 'ended' && place.status !== 'succeeded'),
  )
  for (const task of doomed) task.place = { kind: 'ended', status: 'cancelled' }
  if (doomed.length > 0) return moveDependants(model)
  for (const task of blocked) {
    if (!task.parents.every(parent => statusOf(parent) === 'succeeded')) continue
    const isEarly = task.startsAt !== null && task.startsAt > model.now
    task.place = isEarly ? placeWithoutParents(task) : { kind: 'ready' }
  }
}

export function isQueued({ place }: ModelTask): boolean {
  return place.kind === 'blocked' || place.kind === 'ready' || place.kind === 'waiting'
}

export function claimable(model: Model): ModelTask[] {
  return model.tasks.filter(task => task.place.kind === 'ready' && task.deadline > model.now).toSorted(inOrder)
}

export function inOrder(a: ModelTask, b: ModelTask): number {
  if (a.rank !== b.rank) return a.rank - b.rank
  if (a.priority !== b.priority) return a.priority - b.priority
  if (a.deadline !== b.deadline) return a.deadline - b.deadline
  return a.id < b.id ? -1 : 1
}

export function statusOf({ place }: ModelTask): TaskStatus {
  if (place.kind === 'ended') return place.status
  if (place.kind === 'leased') return 'running'
  if (place.kind === 'blocked') return 'blocked'
  return place.kind === 'waiting' ? 'scheduled' : 'ready'
}

/** Payload bytes as the model counts them. */
export function bytesOf({ priority }: Pick<ModelTask, 'priority'>): number {
  return priority * 100
}
