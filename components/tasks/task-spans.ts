import type { TaskSummary } from '#server/contracts/tasks.ts'

/** How long a task waited for its first start and how long it took from there to its end, in milliseconds. */
export interface TaskSpans {
  /** Null when it ended without ever starting; so far when `now` is given and it has not started. */
  waitMs: number | null
  runMs: number | null
}

type Times = Pick<TaskSummary, 'createdAt' | 'startedAt' | 'finishedAt'>

/** Spans from the times of a task. With `now` (epoch ms) those that are not over are given so far, else they are null. */
export function spansOf({ createdAt, startedAt, finishedAt }: Times, now?: number): TaskSpans {
  const created = Date.parse(createdAt)
  const started = startedAt === null ? null : Date.parse(startedAt)
  const finished = finishedAt === null ? (now ?? null) : Date.parse(finishedAt)
  return {
    waitMs:
      started === null
        ? finishedAt === null && now !== undefined
          ? Math.max(0, now - created)
          : null
        : Math.max(0, started - created),
    runMs: started === null || finished === null ? null : Math.max(0, finished - started),
  }
}
