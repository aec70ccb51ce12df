import type { FindingDraft } from './finding.ts'
import type { FleetEvidence } from './fleet-evidence.ts'

/** One thing that was tested, whether or not it came to something: how many were tested decides what chance can do. */
export interface Candidate {
  /** The probability of evidence at least as strong when nothing is to be improved. */
  pValue: number
  /** Null when it is too small to matter, whatever its p-value. Called only when it stood its test. */
  draft: (() => FindingDraft) | null
}

export type AnalyzerAnswer =
  | { kind: 'tested'; candidates: Candidate[] }
  /** Too little was recorded; `reason` is a sentence for people. */
  | { kind: 'insufficient'; reason: string }

/**
 * Asks one question of the record: a plug-in, one file of `analyzers/`, listed in `catalog.ts`. Pure and deterministic; never
 * throws for any evidence.
 */
export interface Analyzer {
  id: string
  /** Raised when the same evidence may be answered differently. */
  version: number
  name: string
  question: string
  needs: string
  analyze(evidence: FleetEvidence): AnalyzerAnswer
}
