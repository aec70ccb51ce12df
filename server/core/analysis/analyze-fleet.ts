import type { Finding, SkippedAnalyzer } from '../../contracts/findings.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import type { Analyzer, Candidate } from './analyzer.ts'
import { analyzers as catalog } from './catalog.ts'
import { toFinding } from './finding.ts'
import type { FleetEvidence } from './fleet-evidence.ts'
import { adjustHolm } from './statistics/holm.ts'

/** The chance that a run over a fleet with nothing to improve finds anything at all. */
export const falseFindingChance = 0.01

const order = { critical: 0, high: 1, medium: 2, low: 3 } as const

/**
 * Asks every analyzer, or those named. All p-values of a run are corrected together (Holm), so that a run over a fleet with
 * nothing to improve finds something in at most one run of a hundred, however many services it looks at. The most urgent and most
 * certain come first; of several findings with one key the first stays. Throws ANALYZER_UNKNOWN.
 */
export function analyzeFleet(
  evidence: FleetEvidence,
  options: { analyzers?: readonly string[] | undefined } = {},
): { findings: Finding[]; skipped: SkippedAnalyzer[] } {
  const tested: { analyzer: Analyzer; candidate: Candidate }[] = []
  const skipped: SkippedAnalyzer[] = []
  for (const analyzer of chooseAnalyzers(options.analyzers)) {
    const answer = analyzer.analyze(evidence)
    if (answer.kind === 'insufficient') skipped.push({ analyzer: analyzer.id, reason: answer.reason })
    else tested.push(...answer.candidates.map(candidate => ({ analyzer, candidate })))
  }
  const adjusted = adjustHolm(tested.map(({ candidate }) => candidate.pValue))
  const findings = new Map<string, Finding>()
  for (const [place, { analyzer, candidate }] of tested.entries()) {
    const adjustedP = adjusted[place] ?? 1
    if (candidate.draft === null || adjustedP > falseFindingChance) continue
    const finding = toFinding(candidate.draft(), { analyzer, adjustedP, window: evidence })
    if (!findings.has(finding.key)) findings.set(finding.key, finding)
  }
  return { findings: [...findings.values()].toSorted(byUrgency), skipped }
}

function byUrgency(one: Finding, other: Finding): number {
  return order[one.priority] - order[other.priority] || other.confidence - one.confidence
}

/** In the order of the catalog. Throws ANALYZER_UNKNOWN. */
export function chooseAnalyzers(ids: readonly string[] | undefined): readonly Analyzer[] {
  if (ids === undefined) return catalog
  const unknown = ids.find(id => catalog.every(analyzer => analyzer.id !== id))
  if (unknown !== undefined) {
    throw new QuarterdeckError('ANALYZER_UNKNOWN', {
      message: `There is no analyzer ${unknown}.`,
      action: `Name some of these, or none for all: ${catalog.map(({ id }) => id).join(', ')}.`,
      details: { analyzers: catalog.map(({ id }) => id) },
    })
  }
  return catalog.filter(({ id }) => ids.includes(id))
}
