import type { SuggestionEventType } from '../../contracts/events.ts'
import type { Actor } from './principal.ts'

/**
 * A row that has to move in the transaction of a change, from the revision that the change was decided on. When it has moved
 * already, the change is not made.
 */
export interface CompanionMove {
  tenantId: string
  suggestionId: string
  /** The one it moves from; it moves to the next. */
  revision: number
  /** All of the row as it is after. JSON. */
  record: object
  /** Who is audited for it, and as what; the event that tells of it has the same name. */
  by: Actor
  action: SuggestionEventType
  reason: string | null
  details: Record<string, unknown>
}

/** What goes along with a change that somebody approved. */
export interface Companion<Committed> {
  /** Sees what is committed, under the lock or on the version that the change is made on; throws to refuse the change. */
  check(committed: Committed): void
  move: CompanionMove
}
