import { z } from 'zod'
import { moduleIdSchema, pageLimitSchema, reasonSchema, uuidSchema } from './common.ts'
import { type ChangeDescription, type ConfigurationChange, configurationChangeSchema } from './configuration-changes.ts'
import type {
  AnalyzerView,
  EvidenceFigure,
  EvidenceSeries,
  ExpectedEffect,
  Finding,
  FindingAct,
  FindingMeasure,
  FindingPriority,
  FindingSubject,
  FindingUnit,
  SkippedAnalyzer,
} from './findings.ts'
import { suggestionPriorities, suggestionStatuses, verdictOutcomes } from './suggestion-words.ts'

export type SuggestionStatus = (typeof suggestionStatuses)[number]
export type VerdictOutcome = (typeof verdictOutcomes)[number]

const statuses = z.array(z.enum(suggestionStatuses)).max(suggestionStatuses.length)
export const listSuggestionsInput = z
  .strictObject({
    status: statuses.optional(),
    priority: z.array(z.enum(suggestionPriorities)).max(4).optional(),
    /** Id of an analyzer, or `person` for what people and programs proposed by hand. */
    analyzer: z.string().max(60).optional(),
    moduleId: moduleIdSchema.optional(),
    cursor: uuidSchema.optional(),
    limit: pageLimitSchema,
  })
  .prefault({})
export type ListSuggestions = z.output<typeof listSuggestionsInput>

export const suggestionIdInput = z.strictObject({ id: uuidSchema })
export const analyzeInput = z
  .strictObject({
    /** Hours before now that are looked at. */
    windowHours: z.number().min(0.05).max(720).default(24),
    /** Ids; all of them when it is left out. */
    analyzers: z.array(z.string().min(1).max(60)).min(1).max(100).optional(),
  })
  .prefault({})
export type AnalyzeRequest = z.output<typeof analyzeInput>
export const proposeInput = z.strictObject({
  change: configurationChangeSchema,
  reason: reasonSchema,
  /** A simulation of this very change, shown as its predicted effect. */
  simulationId: uuidSchema.optional(),
})
export type ProposeChange = z.output<typeof proposeInput>
export const approveInput = z.strictObject({
  id: uuidSchema,
  /** What the approver looked at: when either has changed since, the approval is refused. A new simulation changes neither. */
  evidenceHash: z.string().max(64).optional(),
  configurationHash: z.string().max(64).optional(),
  note: z.string().trim().max(500).default(''),
})
export type ApproveSuggestion = z.output<typeof approveInput>
export const applyInput = z.strictObject({ id: uuidSchema, note: z.string().trim().max(500).default('') })
export type ApplySuggestion = z.output<typeof applyInput>
export const reasonedInput = z.strictObject({ id: uuidSchema, reason: reasonSchema })
export type ReasonedAct = z.output<typeof reasonedInput>
export const snoozeInput = z.strictObject({
  id: uuidSchema,
  hours: z.number().min(0.01).max(720),
  reason: z.string().trim().max(500).default(''),
})
export type SnoozeSuggestion = z.output<typeof snoozeInput>
export const simulateInput = z.strictObject({
  id: uuidSchema,
  windowHours: z.number().min(0.1).max(168).default(24),
})
export type SimulateSuggestion = z.output<typeof simulateInput>
export const reportOutcomeInput = z.strictObject({
  id: uuidSchema,
  outcome: z.enum(verdictOutcomes),
  note: reasonSchema,
})
export type ReportOutcome = z.output<typeof reportOutcomeInput>
export const reportInput = z.strictObject({ days: z.number().int().min(1).max(365).default(30) }).prefault({})

/** Who did something, by the name they had. */
export interface ActorName {
  kind: 'person' | 'service' | 'module' | 'system'
  id: string
  name: string
}

/** One thing that is not as it was when somebody approved. */
export interface Drift {
  what: string
  approved: string
  present: string
}

/** That somebody approved, of what, and until when. Holds only for the configuration and the evidence of that moment. */
export interface Consent {
  id: string
  by: ActorName
  at: string
  expiresAt: string
  note: string
  /** Everything of the configuration that the change is about, as it was then. */
  configuration: Record<string, string>
  configurationHash: string
  evidenceHash: string
}

/** That it was applied, and what takes it back. */
export interface Application {
  by: ActorName
  at: string
  change: ConfigurationChange
  /** What it changed, in words. */
  difference: ChangeDescription
  inverse: ConfigurationChange
  /** When before and after are compared. */
  judgeAt: string
}

/** One measure before and after, matched by hour and by type of task; `low` to `high` is the 95 % interval of the difference. */
export interface MeasuredEffect {
  measure: FindingMeasure
  /** What it was told of, when that is a part of what the change concerns. */
  of?: FindingSubject
  /** Of retries: those alone that repeat a call which failed with this code. */
  errorCode?: string
  unit: FindingUnit
  before: number
  after: number
  low: number
  high: number
  better: 'lower' | 'higher'
  samplesBefore: number
  samplesAfter: number
  found: 'better' | 'worse' | 'no_difference'
  /** Null when nothing was predicted for it. */
  predicted: { low: number; high: number; isHeld: boolean } | null
}

/** One point of the comparison's chart. */
export interface VerdictPoint {
  at: string
  side: 'before' | 'after'
  latencyMs: number | null
  failureShare: number | null
  tasks: number
}

/** What became of an applied change. */
export interface Verdict {
  outcome: VerdictOutcome
  at: string
  /** `reported`: somebody told us, from outside. */
  basis: 'measured' | 'reported'
  by: ActorName
  words: string
  effects: MeasuredEffect[]
  points: VerdictPoint[]
  windows: { before: { from: string; to: string }; after: { from: string; to: string } } | null
  /** Share of the tasks afterwards that have a counterpart before: of the same type, at the same hour. */
  matchedShare: number | null
  /** Which part of the tasks of either time was read, 0-1: of many, a sample is drawn. */
  readShares: { before: number; after: number } | null
}

/** Where a suggestion stands; `Given` is what is known of a consent. */
export type SuggestionState<Given extends Consent = Consent> =
  | { status: 'open' }
  | { status: 'snoozed'; until: string; by: ActorName }
  | { status: 'approved'; consent: Given }
  | { status: 'voided'; consent: Given; at: string; cause: 'configuration' | 'evidence' | 'approver'; drift: Drift[] }
  | { status: 'expired'; consent: Given }
  | { status: 'applied'; application: Application }
  | { status: 'judged'; application: Application; verdict: Verdict }
  | { status: 'reverted'; application: Application; verdict: Verdict | null; by: ActorName; at: string; reason: string }
  | { status: 'rejected'; by: ActorName; at: string; reason: string; quietUntil: string; strength: number }

/** Where a suggestion comes from. */
export type SuggestionOrigin =
  | { kind: 'analyzer'; analyzer: string; version: number }
  | { kind: 'proposal'; by: ActorName; reason: string }
  /** Drafted because an applied one made things worse. */
  | { kind: 'verdict'; suggestionId: string }

export type SuggestionSubject = FindingSubject | { kind: 'fleet'; id: string; name: string }

/** One act in the life of a suggestion. */
export interface SuggestionStep {
  at: string
  by: ActorName
  act: string
  note: string
}

/** What a suggestion is and stands on, apart from where it stands. */
export interface SuggestionContent {
  title: string
  priority: FindingPriority
  subject: SuggestionSubject
  act: FindingAct
  evidence: EvidenceFigure[]
  series: EvidenceSeries[]
  expected: ExpectedEffect[]
  /** As the analyzer states it, 0-1; null for what was proposed by hand. */
  confidence: number | null
  window: Finding['window'] | null
}

/** How often an analyzer's predictions held: the interval it gave was tested against what was measured after applying. */
export interface TrackRecord {
  predictions: number
  held: number
  /** (held + 9.5) / (predictions + 10): what its intervals can be believed, 0-1; 0.95 without a record. */
  trust: number
}

export interface SuggestionView extends SuggestionContent {
  id: string
  revision: number
  key: string
  origin: SuggestionOrigin
  state: SuggestionState
  createdAt: string
  /** When the evidence was last found. */
  seenAt: string
  updatedAt: string
  simulationId: string | null
  history: SuggestionStep[]
  /** The exact difference that would be applied now, in words; null when there is none. */
  difference: ChangeDescription | null
  /** Of the act and all that was found for it; goes with an approval. */
  evidenceHash: string
  /** Of the present configuration; goes with an approval. */
  configurationHash: string | null
  /** Why it could not be applied now, or, when it was, be taken back, whoever asks; null when nothing is in the way. */
  obstacle: string | null
  track: TrackRecord | null
  /** Confidence × trust / 0.95; null when it was proposed by hand. */
  adjustedConfidence: number | null
}

export type SuggestionSummary = Pick<
  SuggestionView,
  'id' | 'title' | 'priority' | 'subject' | 'origin' | 'confidence' | 'adjustedConfidence' | 'createdAt' | 'updatedAt'
> & { status: SuggestionStatus; isAdvice: boolean; verdict: VerdictOutcome | null; expected: ExpectedEffect | null }

/** The last analysis, whoever asked for it. */
export interface AnalysisRun {
  at: string
  by: ActorName
  windowHours: number
  tasks: number
  findings: number
  /** New ones; the others are known already, or somebody rejected them. */
  opened: number
  skipped: SkippedAnalyzer[]
}

export interface SuggestionStats {
  byStatus: Record<SuggestionStatus, number>
  byAnalyzer: Record<string, number>
  lastRun: AnalysisRun | null
  analyzers: AnalyzerView[]
  tracks: Record<string, TrackRecord>
  /** Hours between analyses that nobody asked for; null when there are none. */
  everyHours: number | null
}

/** Suggestions that wait for a decision: open ones, and those whose approval is void or ran out. */
export interface WaitingSuggestions {
  count: number
}

export interface AnalyzeAnswer extends AnalysisRun {
  /** Suggestions that stand because of it: new or refreshed. */
  suggestions: SuggestionSummary[]
}

export interface SuggestionReport {
  markdown: string
}
