import type {
  DeadLetterJob,
  DeadLetterJobKind,
  DeadLetterJobStatus,
  LetterFilter,
  TrialView,
} from '#server/contracts/dead-letters.ts'
import { estimateShare } from '#server/core/shared/wilson.ts'

export interface JobRow {
  id: string
  kind: DeadLetterJobKind
  status: DeadLetterJobStatus
  created_at: Date
  actor_name: string
  reason: string | null
  filter: LetterFilter | null
  total: number
  done: number
  refused: number
  skipped: number
  rate_per_second: number
  trial_size: number | null
  continue_from: number | null
  trial_ended: number
  trial_succeeded: number
  waiting_for: string | null
  leased_by: string | null
  ended_at: Date | null
  ended_by: string | null
  end_reason: string | null
}

export function toJob(row: JobRow): DeadLetterJob {
  const isAtWork = row.status === 'trial' || row.status === 'running'
  return {
    id: row.id,
    kind: row.kind,
    status: row.status,
    createdAt: row.created_at.toISOString(),
    createdBy: row.actor_name,
    reason: row.reason,
    filter: row.filter,
    total: row.total,
    done: row.done,
    refused: row.refused,
    skipped: row.skipped,
    ratePerSecond: row.rate_per_second,
    trial: toTrial(row),
    waitingFor: isAtWork ? row.waiting_for : null,
    replicaId: isAtWork ? row.leased_by : null,
    endedAt: row.ended_at?.toISOString() ?? null,
    endedBy: row.ended_by,
    endReason: row.end_reason,
  }
}

function toTrial({ total, trial_size, continue_from, trial_ended, trial_succeeded }: JobRow): TrialView | null {
  if (trial_size === null) return null
  const estimate = estimateShare(trial_ended, trial_succeeded)
  return {
    size: Math.min(trial_size, total),
    continueFrom: continue_from,
    ended: trial_ended,
    succeeded: trial_succeeded,
    failed: trial_ended - trial_succeeded,
    rate: estimate?.rate ?? null,
    low: estimate?.low ?? null,
    high: estimate?.high ?? null,
  }
}
