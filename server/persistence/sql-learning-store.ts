import type { Pool } from 'pg'
import type { LearningStore } from '#server/core/learning/learning-store.ts'
import { keepOutcome } from './sql/learning/keep-outcome.ts'
import { readCalls, readDecidedCalls } from './sql/learning/read-calls.ts'

/** The brain's view of recorded history in PostgreSQL. */
export function createLearningStore(pool: Pool): LearningStore {
  return {
    calls: (tenantId, query) => readCalls(pool, tenantId, query),
    decidedCalls: (tenantId, query) => readDecidedCalls(pool, tenantId, query),
    keepOutcome: (by, outcome) => keepOutcome(pool, by, outcome),
  }
}
