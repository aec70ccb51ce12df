import type { Page } from '../../contracts/common.ts'
import type {
  ContextSummary,
  ContextView,
  ListContexts,
  MemorySummary,
  PatternsInput,
  PatternsView,
  RecentMemories,
  RelevantMemoriesInput,
  RelevantMemory,
  SetContext,
  TaskMemory,
  TypeStatistics,
} from '../../contracts/memory.ts'
import type { Principal } from '../shared/principal.ts'

/** What the API offers of memory. Everything is scoped to the tenant. */
export interface MemoryOperations {
  /** Short-term: the last tasks that ended, by when they were sent, the newest first; 100 at most. */
  recent(tenantId: string, query: RecentMemories): Promise<TaskMemory[]>
  /** Long-term: what is known of each type, by its name. */
  longTerm(tenantId: string): Promise<TypeStatistics[]>
  /** What goes with failure or slowness. */
  patterns(tenantId: string, query: PatternsInput): Promise<PatternsView>
  /** What is worth knowing for the next task of a type, most telling first. */
  relevant(tenantId: string, query: RelevantMemoriesInput): Promise<RelevantMemory[]>
  summary(tenantId: string): Promise<MemorySummary>
  /** Makes or replaces a context. Throws PAYLOAD_*, TOO_MANY_CONTEXTS. */
  setContext(by: Principal, context: SetContext): Promise<ContextSummary>
  /** Throws CONTEXT_NOT_FOUND, also when it has expired. */
  getContext(tenantId: string, name: string): Promise<ContextView>
  /** By name. */
  listContexts(tenantId: string, query: ListContexts): Promise<Page<ContextSummary>>
  /** Throws CONTEXT_NOT_FOUND. */
  removeContext(by: Principal, name: string): Promise<void>
}
