import type { DependantsMoved } from '#server/core/queue/dependency-store.ts'

/** What a statement did, and what that did to tasks which waited for those it ended. */
export interface WithDependants<Result> {
  result: Result
  moved: DependantsMoved | null
}

/** The result of `end_dependants` as `dependantsColumn` reads it. */
export interface DependantsColumn {
  moved_rows: { cancelled: number; lane_ids: number[]; due_in_ms: number | null }[] | null
}

/** Of a statement with a CTE `dependants`. The same on every row, evaluated once. */
export const dependantsColumn = '(SELECT json_agg(d) FROM dependants d) AS moved_rows'

/** Null when nothing waited. */
export function toMoved(row: DependantsColumn | undefined): DependantsMoved | null {
  const parts = row?.moved_rows ?? []
  if (parts.length === 0) return null
  const dueTimes = parts.flatMap(part => (part.due_in_ms === null ? [] : [part.due_in_ms]))
  return {
    cancelled: parts.reduce((sum, part) => sum + part.cancelled, 0),
    laneIds: [...new Set(parts.flatMap(part => part.lane_ids))],
    dueInMs: dueTimes.length === 0 ? null : Math.min(...dueTimes),
  }
}
