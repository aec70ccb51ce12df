import type { RecentMemories, TaskMemory } from '../../contracts/memory.ts'
import type { ContextStore } from './context-store.ts'
import type { TracedCall } from './find-patterns.ts'

export interface TracedCallQuery {
  taskType: string | undefined
  /** Of tasks accepted since then, ms since the epoch. */
  from: number
  /** The newest so many. */
  limit: number
}

/** What memory is made of. All but contexts is recorded anyhow and only read here. */
export interface MemoryStore extends ContextStore {
  recent(tenantId: string, query: RecentMemories): Promise<TaskMemory[]>
  tracedCalls(tenantId: string, query: TracedCallQuery): Promise<TracedCall[]>
  /** By task type, over all days that are kept. */
  spend(tenantId: string): Promise<Map<string, { calls: number; costUsd: number }>>
}
