import type { Pool } from 'pg'
import type { BreakerJournalStore } from '#server/core/resilience/breaker-journal.ts'
import { appendChanges, listChanges } from './sql/breakers/breaker-changes.ts'

/** What became of breakers, in PostgreSQL. */
export function createBreakerJournalStore(pool: Pool): BreakerJournalStore {
  return {
    append: entries => appendChanges(pool, entries),
    list: (tenantId, query) => listChanges(pool, tenantId, query),
  }
}
