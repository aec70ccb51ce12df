import type { Page } from '#server/contracts/common.ts'
import type { TaskSummary } from '#server/contracts/tasks.ts'
import { isEnded } from './task-words.ts'

/** Where a list that is being read begins: what came later is counted, not shown. */
export interface Anchor {
  /** Id of the newest task shown; ids grow with time. */
  newest: string
  /** The moment that shuts out what came later, for the server's `to`; undefined while there is nothing yet. */
  to: string | undefined
  /** The first page as it was then. */
  first: Page<TaskSummary>
}

/**
 * Begins a list at the newest of these tasks, or before all of them while those that were looked at do not match and there are
 * more; null when there are none.
 */
export function anchorAt(head: Page<TaskSummary>): Anchor | null {
  const [newest] = head.items
  if (!newest) return head.nextCursor === null ? null : { newest: '', to: undefined, first: head }
  return { newest: newest.id, to: new Date(millisecondOf(newest) + 1).toISOString(), first: head }
}

/** The server compares the time within the id, which may be a little off the time of acceptance. */
function millisecondOf({ id, createdAt }: TaskSummary): number {
  const inId = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)
  return Number.isNaN(inId) ? Date.parse(createdAt) : inId
}

/** How many tasks came after the list began; `isMore` when there are more than were looked at. */
export function countNew(anchor: Anchor, head: Page<TaskSummary>): { count: number; isMore: boolean } {
  const count = head.items.filter(({ id }) => id > anchor.newest).length
  return { count, isMore: count > 0 && count === head.items.length && head.nextCursor !== null }
}

/**
 * The same rows in the same order, with the newest of what is known of each; the very array when nothing newer is known. A task that
 * has ended never goes back.
 */
export function withNewest(rows: TaskSummary[], fresh: readonly TaskSummary[]): TaskSummary[] {
  const byId = new Map(fresh.map(task => [task.id, task]))
  const newest = rows.map(row => {
    const known = byId.get(row.id)
    return known && !(isEnded(row.status) && !isEnded(known.status)) ? known : row
  })
  return newest.every((row, place) => row === rows[place]) ? rows : newest
}

/** Whether some row may have moved on without the newest page showing it. */
export function hasUnwatched(rows: readonly TaskSummary[], fresh: readonly TaskSummary[]): boolean {
  const watched = new Set(fresh.map(({ id }) => id))
  return rows.some(({ id, status }) => !isEnded(status) && !watched.has(id))
}
