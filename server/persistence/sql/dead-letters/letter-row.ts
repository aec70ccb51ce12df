import type { DeadLetterState, DeadLetterSummary } from '#server/contracts/dead-letters.ts'

/** The columns of a letter as lists show it, of the table or alias `d`. */
export const letterColumns = `
  d.id, d.type, d.module_id, d.priority, d.attempts, d.error_code, d.error_message, d.fingerprint, d.failed_at, d.state,
  d.reprocessed_as, d.closed_at, d.closed_by, d.reason, d.job_id`

export interface LetterRow {
  id: string
  type: string
  module_id: string | null
  priority: number
  attempts: number
  error_code: string
  error_message: string
  fingerprint: string
  failed_at: Date
  state: DeadLetterState
  reprocessed_as: string | null
  closed_at: Date | null
  closed_by: string | null
  reason: string | null
  job_id: string | null
}

export function toLetter(row: LetterRow): DeadLetterSummary {
  return {
    id: row.id,
    type: row.type,
    moduleId: row.module_id || null,
    priority: row.priority,
    attemptCount: row.attempts,
    error: { code: row.error_code, message: row.error_message },
    fingerprint: row.fingerprint,
    failedAt: row.failed_at.toISOString(),
    state: row.state,
    reprocessedAs: row.reprocessed_as,
    closedAt: row.closed_at?.toISOString() ?? null,
    closedBy: row.closed_by,
    reason: row.reason,
    jobId: row.job_id,
  }
}
