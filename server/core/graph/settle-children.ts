import type { TaskStatus } from '../../contracts/tasks.ts'

/** A new task that names others which have to succeed first. */
export interface NewChild {
  id: string
  /** Ids of its parents: tasks that exist, or others that are added with it. */
  dependsOn: readonly string[]
}

/** What was found out about a new task before its parents were looked at. */
export type KeyVerdict =
  | { kind: 'new' }
  /** It is the task of this id, made earlier or added with it. */
  | { kind: 'same_as'; id: string }
  /** It cannot be added for a reason of its own. */
  | { kind: 'barred' }

export type ChildVerdict =
  /** Added; `parents` without repeats, of which `open` have yet to succeed. */
  | { kind: 'added'; parents: string[]; open: string[] }
  | { kind: 'same_as'; id: string }
  | { kind: 'barred' }
  | { kind: 'parent_unknown'; parentId: string }
  | { kind: 'parent_failed'; parentId: string; status: TaskStatus }
  /** It depends on a task that was to be added with it and is not. */
  | { kind: 'parent_rejected'; parentId: string }

/**
 * Decides which of the tasks that are to be added together can be, when whatever they depend on is known; parents stand before
 * their children. `statusOf` answers the status of a task that exists already and undefined when there is none. O(V + E).
 */
export function settleChildren(
  tasks: readonly NewChild[],
  keyOf: (id: string) => KeyVerdict,
  statusOf: (id: string) => TaskStatus | undefined,
): Map<string, ChildVerdict> {
  const verdicts = new Map<string, ChildVerdict>()
  for (const task of tasks) verdicts.set(task.id, settleChild(task, keyOf(task.id), verdicts, statusOf))
  return verdicts
}

/** One step of it: `verdicts` holds those of the tasks that stand before it. */
export function settleChild(
  task: NewChild,
  key: KeyVerdict,
  verdicts: ReadonlyMap<string, ChildVerdict>,
  statusOf: (id: string) => TaskStatus | undefined,
): ChildVerdict {
  if (key.kind === 'barred') return key
  if (key.kind === 'same_as') {
    const twin = verdicts.get(key.id)
    return twin && twin.kind !== 'added' ? twin : key
  }
  if (task.dependsOn.length === 0) return { kind: 'added', parents: [], open: [] }
  const parents = new Set<string>()
  const open: string[] = []
  for (const named of task.dependsOn) {
    const sibling = verdicts.get(named)
    if (sibling && sibling.kind !== 'added' && sibling.kind !== 'same_as') {
      return { kind: 'parent_rejected', parentId: named }
    }
    const parentId = sibling?.kind === 'same_as' ? sibling.id : named
    if (parents.has(parentId)) continue
    const status = verdicts.has(parentId) ? 'blocked' : statusOf(parentId)
    if (status === undefined) return { kind: 'parent_unknown', parentId }
    if (status === 'failed' || status === 'cancelled' || status === 'expired') {
      return { kind: 'parent_failed', parentId, status }
    }
    parents.add(parentId)
    if (status !== 'succeeded') open.push(parentId)
  }
  return { kind: 'added', parents: [...parents], open }
}
