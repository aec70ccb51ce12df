import type { ConfigurationChange } from '../../contracts/configuration-changes.ts'
import type { AnalysisView, AnalyzerView } from '../../contracts/findings.ts'
import type { AnalyzeRequest, SuggestionSubject } from '../../contracts/suggestions.ts'
import type { RecordedBreakerChange } from '../analysis/fleet-evidence.ts'
import type { Clock } from '../shared/clock.ts'
import type { IdSource } from '../shared/ids.ts'
import type { Logger } from '../shared/logger.ts'
import type { SimulationOperations } from '../simulator/simulation-operations.ts'
import type { ApprovalPorts } from './approval.ts'
import type { ConfigurationDesk } from './configuration-desk.ts'
import type { Digest } from './suggestion-record.ts'
import type { SuggestionStore } from './suggestion-store.ts'
import type { ObservedTask } from './verdict/measures.ts'

/** Where findings come from. */
export interface FindingSource {
  /** Throws ANALYZER_UNKNOWN, ANALYSIS_TOO_LARGE. */
  analyze(tenantId: string, request: AnalyzeRequest): Promise<AnalysisView>
  list(): AnalyzerView[]
}

/** What became of tasks of a window. */
export interface ObservedWindow {
  tasks: ObservedTask[]
  /** Which part of the window's tasks that is, 0-1. */
  share: number
}

/** Reads what was recorded. Of tasks about `most` of a window, drawn evenly when there were more. */
export interface OutcomeReader {
  read(window: {
    tenantId: string
    /** Null for all. */
    types: readonly string[] | null
    /** Milliseconds since the epoch; `to` is not included. */
    from: number
    to: number
    most: number
  }): Promise<ObservedWindow>
  /** Changes of the breakers of a module, in order; `from` and `to` as above. */
  readBreakerChanges(window: {
    tenantId: string
    moduleId: string
    from: number
    to: number
  }): Promise<RecordedBreakerChange[]>
}

export interface SuggestionSettings {
  /** How long an approval holds. */
  approvalMs: number
  /** How long a change is watched before it is judged. */
  observeMs: number
  /** Between analyses that nobody asked for; null for none. */
  analyzeEveryMs: number | null
}

/** What suggestions stand on. */
export interface SuggestionPorts {
  store: SuggestionStore
  desk: ConfigurationDesk
  findings: FindingSource
  outcomes: OutcomeReader
  simulations: Pick<SimulationOperations, 'run' | 'get'>
  approvals: Omit<ApprovalPorts, 'now'>
  /** Types of tasks that may go better or worse because of a change; null for all. */
  typesOf(
    tenantId: string,
    applied: { change: ConfigurationChange; subject: SuggestionSubject },
  ): readonly string[] | null
  /** Whether it is registered, as far as this replica knows. */
  hasModule(tenantId: string, moduleId: string): boolean
  clock: Clock
  ids: IdSource
  digest: Digest
  logger: Logger
  settings: SuggestionSettings
}
