import type { Pool } from 'pg'
import type { MemoryStore } from '#server/core/memory/memory-store.ts'
import {
  contextsFor,
  contextTotals,
  getContext,
  listContexts,
  removeContext,
  setContext,
} from './sql/memory/contexts.ts'
import { readRecent } from './sql/memory/read-recent.ts'
import { readTracedCalls } from './sql/memory/read-traced-calls.ts'
import { readSpend } from './sql/tasks/read-spend.ts'

/** Days that are kept, and more. */
const everyDay = { from: '2000-01-01', to: '2999-12-31', by: 'type' } as const

/** Memory in PostgreSQL: contexts, and views of what is recorded anyhow. */
export function createMemoryStore(pool: Pool): MemoryStore {
  return {
    recent: (tenantId, query) => readRecent(pool, tenantId, query),
    tracedCalls: (tenantId, query) => readTracedCalls(pool, tenantId, query),
    async spend(tenantId) {
      const rows = await readSpend(pool, tenantId, everyDay)
      return new Map(rows.map(({ key, calls, costUsd }) => [key, { calls, costUsd }]))
    },
    setContext: (by, context, most) => setContext(pool, by, context, most),
    getContext: (tenantId, name) => getContext(pool, tenantId, name),
    listContexts: (tenantId, query) => listContexts(pool, tenantId, query),
    contextsFor: (tenantId, taskType, limit) => contextsFor(pool, tenantId, taskType, limit),
    contextTotals: tenantId => contextTotals(pool, tenantId),
    removeContext: (by, name) => removeContext(pool, by, name),
  }
}
