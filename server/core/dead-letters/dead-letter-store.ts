import type { Page } from '../../contracts/common.ts'
import type {
  DeadLetterGroup,
  DeadLetterSummary,
  GroupDeadLetters,
  LetterFilter,
  LineageEntry,
  ListDeadLetters,
} from '../../contracts/dead-letters.ts'
import type { Actor } from '../shared/principal.ts'

/** How many letters are open, and since when the oldest of them waits. */
export interface OpenLetters {
  open: number
  oldestAt: string | null
}

/**
 * Where dead letters are read and discarded. They are written by the task store: in the transaction that ends a task, and in
 * the one that accepts a task made from a letter. Every method is one transaction; a letter is closed once.
 */
export interface DeadLetterStore {
  /** The last to fail first. */
  list(tenantId: string, filter: ListDeadLetters): Promise<Page<DeadLetterSummary>>
  /** The cause that was seen last first, 200 at most. */
  groups(tenantId: string, filter: GroupDeadLetters): Promise<DeadLetterGroup[]>
  countOpen(tenantId: string, filter: LetterFilter): Promise<OpenLetters>
  /** Those that exist, in no particular order. */
  find(tenantId: string, ids: readonly string[]): Promise<DeadLetterSummary[]>
  /** The chain of tasks made from one another that this one belongs to, oldest first; of a long one at most 50 either way. */
  lineage(tenantId: string, id: string): Promise<LineageEntry[]>
  /** Discards those that are open, audited one by one unless a job stands for them. Answers their ids. */
  discard(discard: { by: Actor; ids: readonly string[]; reason: string; jobId: string | null }): Promise<string[]>
}
