import type { AuditAction } from '../../contracts/audit-areas.ts'
import type { Page } from '../../contracts/common.ts'
import type { SuggestionEventType } from '../../contracts/events.ts'
import type { AnalysisRun, ListSuggestions, SuggestionStatus } from '../../contracts/suggestions.ts'
import type { CompanionMove } from '../shared/companion.ts'
import type { Actor } from '../shared/principal.ts'
import type { SuggestionRecord } from './suggestion-record.ts'

/** An act as the audit keeps it. `suggestion.<past tense>`; the event of what was done has the same name. */
export interface SuggestionAudit<Action extends AuditAction = AuditAction> {
  by: Actor
  action: Action
  reason: string | null
  details: Record<string, unknown>
}

/** How suggestions stand in numbers. */
export interface SuggestionCounts {
  byStatus: Partial<Record<SuggestionStatus, number>>
  /** Of those that live, so that their key is taken: by analyzer, `person` for proposals, `verdict` for drafted reverts. */
  byAnalyzer: Record<string, number>
  lastRun: AnalysisRun | null
}

/** How many predictions of an analyzer were tested by what was measured after an apply, and how many of them held. */
export interface TestedPredictions {
  analyzer: string
  predictions: number
  held: number
}

/** Where suggestions are kept. Every write is audited, and each act has its event, in its own transaction. */
export interface SuggestionStore {
  get(tenantId: string, id: string): Promise<SuggestionRecord | null>
  /** The newest of a key, whatever became of it. */
  newestOf(tenantId: string, key: string): Promise<SuggestionRecord | null>
  /** The most urgent first, then the newest. */
  list(tenantId: string, filter: ListSuggestions): Promise<Page<SuggestionRecord>>
  /** Open ones, and those whose approval is void or ran out. */
  countWaiting(tenantId: string): Promise<number>
  counts(tenantId: string): Promise<SuggestionCounts>
  /** False, and nothing written, when a living suggestion has the key already. */
  create(record: SuggestionRecord, audit: SuggestionAudit<SuggestionEventType>): Promise<boolean>
  /** False, and nothing written, when the record is not at `move.revision` any more. */
  move(move: CompanionMove): Promise<boolean>
  /** Those of all tenants that a duty has to look at, the longest due first; at most 100. */
  due(now: number): Promise<SuggestionRecord[]>
  /** All approved ones: their ground may move under them. */
  approved(): Promise<SuggestionRecord[]>
  /** Modules that undecided ones of all tenants are about, each once. */
  undecidedModules(): Promise<{ tenantId: string; moduleId: string }[]>
  /** Applied ones that were judged since, the newest first; at most 1,000. */
  judged(tenantId: string, since: string): Promise<SuggestionRecord[]>
  /** Over all that were judged since, by analyzer in the order of their ids; without those of which none was tested. */
  testedPredictions(tenantId: string, since: string): Promise<TestedPredictions[]>
  /** That something was tried and refused. */
  recordRefusal(tenantId: string, id: string, audit: SuggestionAudit): Promise<void>
  saveRun(tenantId: string, run: AnalysisRun): Promise<void>
  /** When the last analysis was; null when there was none. */
  lastRun(tenantId: string): Promise<AnalysisRun | null>
}
