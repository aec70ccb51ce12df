import type { TimedTask } from '../graph/critical-path.ts'

/** A task of a graph, as far as timing goes. Times in ms since the epoch. */
export interface GraphTask extends Omit<TimedTask, 'expectedMs'> {
  type: string
  pinnedModuleId: string | null
  priority: number
  rank: number
  complexity: number
}

/** A better place for a task, and the waiting one whose deadline asks for it. */
export interface Raise {
  id: string
  rank: number
  raisedBy: string
}

/** Blocked tasks that were put right, and the id to go on after; null at the end. */
export interface RepairedPage {
  repaired: { tenantId: string; id: string }[]
  lastId: string | null
}

/** What the end of tasks did to those that waited for them. */
export interface DependantsMoved {
  /** Ended with the reason PARENT_FAILED. */
  cancelled: number
  /** Lanes that may hold ready tasks now. */
  laneIds: number[]
  /** When the next of those that have yet to wait for their start time is due. */
  dueInMs: number | null
}

/** What a task store does for tasks that depend on each other, beside inserting them and moving them as others end. */
export interface DependencyStore {
  /**
   * Looks at up to `limit` blocked tasks after the given id (from the first on when null) for any that nothing will ever move, and
   * puts them right.
   */
  repairBlocked(afterId: string | null, limit: number): Promise<RepairedPage>
  /** Gives ready and blocked tasks a lower rank; never a higher one. Answers how many it did. */
  raise(tenantId: string, raises: readonly Raise[]): Promise<number>
  /** Told after a commit in which tasks ended that others waited for. Answers how to stop that. */
  onDependantsMoved(listener: (moved: DependantsMoved) => void): () => void
  /** The task, what it depends on and what depends on it, directly or not; nearest first. Null when there is no such task. */
  graph(tenantId: string, id: string, limit: number): Promise<{ tasks: GraphTask[]; isCut: boolean } | null>
}
