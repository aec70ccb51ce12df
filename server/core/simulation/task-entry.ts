import type { DeadLetterMark } from '../../contracts/dead-letters.ts'
import type { TaskStatus } from '../../contracts/tasks.ts'
import type { CheckpointWrite } from '../queue/interruption.ts'
import { comparePlaces } from '../queue/priority.ts'
import type { EndStatus, WaitReason } from '../queue/task-state.ts'
import type { AttemptRecord, NewTask } from '../queue/task-store.ts'

/** Where a task of the memory store is in its life; each is a table of the store in PostgreSQL. */
export type Place =
  | { kind: 'ready'; enqueuedAt: number }
  /** `dueAt` is null while it is blocked. */
  | { kind: 'waiting'; dueAt: number | null; reason: WaitReason; since: number }
  | {
      kind: 'leased'
      leaseNo: number
      replicaId: string
      enqueuedAt: number
      claimedAt: number
      cancelReason: string | null
    }
  | {
      kind: 'ended'
      status: EndStatus
      at: number
      result: string | null
      error: { code: string; message: string } | null
      reason: string | null
    }

export type Leased = Extract<Place, { kind: 'leased' }>

/** An attempt that has ended, and the lease under which it was made. */
export interface EndedAttempt {
  attempt: AttemptRecord
  lease: Leased
}

/** A task of the memory store. Times in ms since the epoch. */
export interface Entry {
  /** Counts up with each task that is added. */
  number: number
  task: NewTask
  place: Place
  /** Attempts used. */
  used: number
  startedAt: number | null
  attempts: EndedAttempt[]
  /** Once it has failed. */
  letter: DeadLetterMark | null
  /** Its parents, without repeats. */
  parents: readonly string[]
  /** How many of them have yet to succeed. */
  open: number
  children: Entry[]
  /** The parent whose end ended it. */
  causedBy: string | null
  raised: { by: string; at: string } | null
  /** What it saved last; null when nothing, and once it has ended. */
  checkpoint: (CheckpointWrite & { savedAt: number }) | null
}

export function statusOf(place: Place): TaskStatus {
  switch (place.kind) {
    case 'ready':
      return 'ready'
    case 'waiting':
      return place.dueAt === null ? 'blocked' : 'scheduled'
    case 'leased':
      return 'running'
    case 'ended':
      return place.status
  }
}

/** The one order over all queues: rank, then priority number, deadline and id. */
export function compareEntries({ task: a }: Entry, { task: b }: Entry): number {
  return comparePlaces(a, b)
}
