import type { Page } from '../../contracts/common.ts'
import type { ContextSummary, ContextView, ListContexts, SetContext } from '../../contracts/memory.ts'
import type { Principal } from '../shared/principal.ts'

export interface NewContext extends Omit<SetContext, 'value'> {
  /** JSON text. */
  text: string
  bytes: number
}

/** Where contexts are kept. One that has expired is gone for every reader at once, whenever its row goes. */
export interface ContextStore {
  /**
   * Makes or replaces it with an audit row, and forgets those of the tenant that have expired. Null when there are `most` others
   * already, also when many come at once.
   */
  setContext(by: Principal, context: NewContext, most: number): Promise<ContextSummary | null>
  getContext(tenantId: string, name: string): Promise<ContextView | null>
  /** By name, in the order of its characters' codes; the cursor is the last name of the page before. */
  listContexts(tenantId: string, query: ListContexts): Promise<Page<ContextSummary>>
  /** The newest that are meant for a type. */
  contextsFor(tenantId: string, taskType: string, limit: number): Promise<ContextSummary[]>
  contextTotals(tenantId: string): Promise<{ count: number; bytes: number; nextExpiryAt: string | null }>
  /** With an audit row; false when there is none. */
  removeContext(by: Principal, name: string): Promise<boolean>
}
