import type { DecisionView, ServiceChoice } from '../../contracts/decisions.ts'
import type { LearnInput } from '../../contracts/learning.ts'
import type { Principal } from '../shared/principal.ts'

/** A call that ended and says something about its service: busy, lost and cancelled ones do not. */
export interface RecordedCall {
  taskId: string
  taskType: string
  moduleId: string
  ok: boolean
  durationMs: number
  costUsd: number
  /** Ms since the epoch. */
  dispatchedAt: number
}

/** A call with the decision behind it, as far as what else could have been chosen goes. */
export interface DecidedCall extends RecordedCall {
  /** Null when it was stored before the probability of the service was kept. */
  choice: ServiceChoice | null
  fallbacks: DecisionView['fallbacks']
}

export interface CallQuery {
  taskType: string | undefined
  /** Of tasks accepted since then, ms since the epoch. */
  from: number
  /** The newest so many. */
  limit: number
}

/** What was recorded of calls, newest first, and outcomes that others report. */
export interface LearningStore {
  calls(tenantId: string, query: CallQuery): Promise<RecordedCall[]>
  decidedCalls(tenantId: string, query: CallQuery): Promise<DecidedCall[]>
  /**
   * Keeps a reported outcome with its audit row. `repeated`: the same was reported under this key within 7 days; `conflict`:
   * another was.
   */
  keepOutcome(by: Principal, outcome: LearnInput): Promise<'kept' | 'repeated' | 'conflict'>
}
