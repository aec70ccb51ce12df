import type { ContextSummary, Pattern, RelevantMemory, TaskMemory } from '../../contracts/memory.ts'

/** How much longer than the mean a task has to take to be worth a word. */
const notablySlow = 2

export interface Memories {
  patterns: readonly Pattern[]
  contexts: readonly ContextSummary[]
  /** The newest first. */
  tasks: readonly TaskMemory[]
  /** Of successful calls of the type; null without history. */
  meanMs: number | null
}

/**
 * What to know for the next task of a type: patterns first (at most half of the room), then contexts meant for the type (a quarter),
 * then tasks: the newest failure of each kind, those that took long, then the newest. Each once.
 */
export function chooseRelevant({ patterns, contexts, tasks, meanMs }: Memories, limit: number): RelevantMemory[] {
  const chosen: RelevantMemory[] = [
    ...patterns
      .slice(0, Math.ceil(limit / 2))
      .map((pattern): RelevantMemory => ({ kind: 'pattern', why: `goes with ${pattern.effect}`, pattern })),
    ...contexts
      .slice(0, Math.ceil(limit / 4))
      .map((context): RelevantMemory => ({ kind: 'context', why: 'kept for this type', context })),
  ]
  const told = new Set<string>()
  const tell = (why: string, task: TaskMemory) => {
    if (chosen.length >= limit || told.has(task.taskId)) return
    told.add(task.taskId)
    chosen.push({ kind: 'task', why, task })
  }
  const kinds = new Set<string>()
  for (const task of tasks) {
    if (task.status !== 'failed' || kinds.has(task.errorCode ?? '')) continue
    kinds.add(task.errorCode ?? '')
    tell('the last failure of its kind', task)
  }
  for (const task of tasks) {
    if (meanMs !== null && task.runMs !== null && task.runMs > notablySlow * meanMs)
      tell('took far longer than most', task)
  }
  for (const task of tasks) tell('one of the last', task)
  return chosen.slice(0, limit)
}
