import type { Page } from '../../contracts/common.ts'
import type {
  AnalyzeAnswer,
  AnalyzeRequest,
  ApplySuggestion,
  ApproveSuggestion,
  ListSuggestions,
  ProposeChange,
  ReasonedAct,
  ReportOutcome,
  SimulateSuggestion,
  SnoozeSuggestion,
  SuggestionReport,
  SuggestionStats,
  SuggestionSummary,
  SuggestionView,
  WaitingSuggestions,
} from '../../contracts/suggestions.ts'
import type { Principal } from '../shared/principal.ts'

/** What the API offers of suggestions. */
export interface SuggestionOperations {
  list(tenantId: string, filter: ListSuggestions): Promise<Page<SuggestionSummary>>
  /** Throws SUGGESTION_NOT_FOUND, as all that follow do. */
  get(tenantId: string, id: string): Promise<SuggestionView>
  stats(tenantId: string): Promise<SuggestionStats>
  /** How many wait for a decision; cheap enough to be asked by every page. */
  waiting(tenantId: string): Promise<WaitingSuggestions>
  /** Looks for improvements in what was recorded, and keeps them as suggestions. Applies nothing. Throws ANALYSIS_UNDER_WAY. */
  analyze(by: Principal, request: AnalyzeRequest): Promise<AnalyzeAnswer>
  /** Throws SUGGESTION_EXISTS, CHANGE_NOT_APPLICABLE. */
  propose(by: Principal, proposal: ProposeChange): Promise<SuggestionView>
  /** Only signed-in approvers; not the person who proposed it. Throws FORBIDDEN, APPROVAL_OWN_PROPOSAL, SUGGESTION_STATE, SUGGESTION_CHANGED. */
  approve(by: Principal, input: ApproveSuggestion): Promise<SuggestionView>
  reject(by: Principal, input: ReasonedAct): Promise<SuggestionView>
  snooze(by: Principal, input: SnoozeSuggestion): Promise<SuggestionView>
  /** Only signed-in approvers, under a valid approval. Throws FORBIDDEN, APPROVAL_EXPIRED, APPROVAL_VOID, SUGGESTION_CHANGED. */
  apply(by: Principal, input: ApplySuggestion): Promise<SuggestionView>
  /** Takes back what was applied. Throws CONFIGURATION_CHANGED when it was changed again since. */
  revert(by: Principal, input: ReasonedAct): Promise<SuggestionView>
  /** Begins a simulation of the change; its result is shown with the suggestion. Throws SIMULATOR_BUSY. */
  simulate(by: Principal, input: SimulateSuggestion): Promise<SuggestionView>
  /** What became of an applied one, told from outside. */
  reportOutcome(by: Principal, input: ReportOutcome): Promise<SuggestionView>
  report(tenantId: string, days: number): Promise<SuggestionReport>
}
