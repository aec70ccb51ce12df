import type { AuditView, ListAudit } from '../contracts/audit.ts'
import type { BreakerView } from '../contracts/breakers.ts'
import type { ListChange, Page } from '../contracts/common.ts'
import type { CreatedKey, CreateKey, KeyView } from '../contracts/keys.ts'
import type { PersonView, Role } from '../contracts/people.ts'
import type { DashboardView } from '../contracts/stats.ts'
import type { ListViews, SavedView, SaveView } from '../contracts/views.ts'
import type { Operations } from '../core/operations.ts'
import type { Principal } from '../core/shared/principal.ts'

/** The people of a tenant. Every change is audited and effective at once in this process, elsewhere within seconds. */
export interface PeopleOperations {
  list(tenantId: string): Promise<PersonView[]>
  /** Throws PERSON_EXISTS. */
  add(by: Principal, input: { email: string; name: string; role: Role; password: string }): Promise<PersonView>
  /** Throws PERSON_NOT_FOUND, LAST_ADMIN. */
  setRole(by: Principal, id: string, role: Role): Promise<PersonView>
  /** Ends the person's sessions too. Throws PERSON_NOT_FOUND, LAST_ADMIN. */
  remove(by: Principal, id: string): Promise<void>
  /** Ends the person's sessions. Throws PERSON_NOT_FOUND. */
  setPassword(by: Principal, id: string, password: string): Promise<void>
  /** Sets one's own password and ends one's sessions. Throws INVALID_INPUT, RATE_LIMITED. */
  changePassword(by: Principal, passwords: { currentPassword: string; newPassword: string }): Promise<void>
}

/** The keys of services. */
export interface KeyOperations {
  /** Newest first, revoked ones included. */
  list(tenantId: string): Promise<KeyView[]>
  create(by: Principal, input: CreateKey): Promise<CreatedKey>
  /** Revoking twice is harmless. Throws KEY_NOT_FOUND. */
  revoke(by: Principal, id: string): Promise<KeyView>
}

/** Filters of pages that people keep under a name. */
export interface ViewOperations {
  /** One's own and the shared ones, by name. */
  list(by: Principal, filter: ListViews): Promise<SavedView[]>
  /** Replaces one of the same name, page and owner. Throws FORBIDDEN, TOO_MANY_VIEWS. */
  save(by: Principal, input: SaveView): Promise<SavedView>
  /** Throws VIEW_NOT_FOUND, FORBIDDEN. */
  remove(by: Principal, id: string): Promise<void>
}

/** Who did what. */
export interface AuditOperations {
  /** Newest first. */
  list(tenantId: string, query: ListAudit): Promise<Page<AuditView>>
}

/** A value computed once for all who watch it; each watcher gets the newest, or what changed up to it, and may miss ones in between. */
export interface Feed<Value> {
  follow(tenantId: string, watcher: Watcher): AsyncIterable<Value>
}

/** Who watches, as far as a stream needs to know. */
export interface Watcher {
  signal: AbortSignal | undefined
  /** Resolves as soon as the watcher's connection takes more, or the signal aborts. */
  pace: (signal: AbortSignal | undefined) => Promise<void>
}

/** What procedures call; nothing else is in their reach. */
export interface ApiServices {
  operations: Operations
  people: PeopleOperations
  keys: KeyOperations
  views: ViewOperations
  audit: AuditOperations
  feeds: { dashboard: Feed<DashboardView>; breakers: Feed<ListChange<BreakerView>> }
  /** Keeps that somebody tried what they may not. Never throws, never waits. */
  recordRefusal(by: Principal, procedure: string): void
}

/** What a procedure knows of the call. */
export interface ApiContext extends ApiServices {
  /** Who calls, not older than a few seconds. Throws UNAUTHENTICATED, DATABASE_UNAVAILABLE. */
  authenticate(): Promise<Principal>
  pace: Watcher['pace']
  /** W3C trace context of the request; null when it carries none that can be gone on with. */
  traceparent: string | null
}
