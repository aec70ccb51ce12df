import type { Pool } from 'pg'
import type { InvariantStore } from '#server/core/invariants/invariant-store.ts'
import { findViolations } from './sql/invariants/find-violations.ts'
import { readResults, saveResults } from './sql/invariants/results.ts'

/** The auditor's view of PostgreSQL. */
export function createInvariantStore(pool: Pool): InvariantStore {
  return {
    find: name => findViolations(pool, name),
    results: () => readResults(pool),
    save: (results, askedBy) => saveResults(pool, results, askedBy),
  }
}
