import type { Page } from '../../contracts/common.ts'
import type {
  ContextSummary,
  ContextView,
  ListContexts,
  RecentMemories,
  SetContext,
  TaskMemory,
} from '../../contracts/memory.ts'
import type { Principal } from '../shared/principal.ts'
import type { TracedCall } from './find-patterns.ts'

export interface TracedCallQuery {
  taskType: string | undefined
  /** Of tasks accepted since then, ms since the epoch. */
  from: number
  /** The newest so many. */
  limit: number
}

export interface NewContext extends Omit<SetContext, 'value'> {
  /** JSON text. */
  text: string
  bytes: number
}

/** What memory is made of. All but contexts is recorded anyhow and only read here. */
export interface MemoryStore {
  recent(tenantId: string, query: RecentMemories): Promise<TaskMemory[]>
  tracedCalls(tenantId: string, query: TracedCallQuery): Promise<TracedCall[]>
  /** By task type, over all days that are kept. */
  spend(tenantId: string): Promise<Map<string, { calls: number; costUsd: number }>>
  /**
   * Makes or replaces it with an audit row, and forgets those of the tenant that have expired. Null when there are `most` others
   * already.
   */
  setContext(by: Principal, context: NewContext, most: number): Promise<ContextSummary | null>
  getContext(tenantId: string, name: string): Promise<ContextView | null>
  listContexts(tenantId: string, query: ListContexts): Promise<Page<ContextSummary>>
  /** The newest that are meant for a type. */
  contextsFor(tenantId: string, taskType: string, limit: number): Promise<ContextSummary[]>
  contextTotals(tenantId: string): Promise<{ count: number; bytes: number; nextExpiryAt: string | null }>
  /** With an audit row; false when there is none. */
  removeContext(by: Principal, name: string): Promise<boolean>
}
