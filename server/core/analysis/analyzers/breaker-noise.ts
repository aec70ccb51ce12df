import type { ModuleRecord } from '../../registry/module-record.ts'
import type { Analyzer, Candidate } from '../analyzer.ts'
import { isByFailuresInRow, isHarmless } from '../breaker-episodes.ts'
import { figure, shareFigure } from '../figures.ts'
import type { FindingDraft } from '../finding.ts'
import type { BreakerEpisode, FleetEvidence } from '../fleet-evidence.ts'
import { binomialAtLeast } from '../statistics/tails.ts'
import { inService, ofModule, reachOf } from '../subjects.ts'
import { expectedRuns, type FailurePattern, findFailurePattern, leastUnlikelyLength } from './failure-runs.ts'

/** Real trouble is assumed to outlast the breaker's wait at least half of the time; noise is always over. */
const realTroubleOver = 0.5
/** To come, chance opens it once in so many windows like this one. */
const onceIn = 10
/** Of the openings seen, so many have to be what chance explains. */
const explainedFrom = 0.3

/**
 * A breaker that opens on failures which have nothing to do with each other: its probes succeed at once, and as many failures in a
 * row are to be expected by chance of a module that fails as often as this one (Feller). p-value: the binomial tail of so many
 * openings whose first probe succeeded. The threshold to come is the least that chance alone reaches once in ten windows.
 */
export const breakerNoiseAnalyzer: Analyzer = {
  id: 'breaker-noise',
  version: 1,
  name: 'Breakers that open on noise',
  question: 'Did breakers open by failures that chance puts in a row, and found nothing wrong when they probed?',
  needs: 'A breaker that opened by failures in a row; eight openings or so of one module can show it.',
  analyze(evidence) {
    const candidates: Candidate[] = []
    const byModule = Map.groupBy(evidence.episodes, ({ moduleId }) => moduleId)
    for (const module of inService(evidence)) {
      const episodes = (byModule.get(module.id) ?? []).filter(isByFailuresInRow)
      const pattern = findFailurePattern(evidence.callsByModule.get(module.id) ?? [])
      if (episodes.length === 0 || pattern === null) continue
      const harmless = episodes.filter(isHarmless)
      const pValue = binomialAtLeast(harmless.length, episodes.length, realTroubleOver)
      candidates.push({ pValue, draft: proposalOf({ evidence, module, episodes, harmless, pattern }) })
    }
    return candidates.length > 0
      ? { kind: 'tested', candidates }
      : { kind: 'insufficient', reason: 'No breaker opened by failures in a row in this window.' }
  },
}

interface Found {
  evidence: FleetEvidence
  module: ModuleRecord
  episodes: readonly BreakerEpisode[]
  harmless: readonly BreakerEpisode[]
  pattern: FailurePattern
}

function proposalOf(found: Found): (() => FindingDraft) | null {
  const { evidence, module, harmless, pattern } = found
  const calls = pattern.calls / Math.max(evidence.sampledShare, 0.001)
  const now = module.breaker.failureThreshold
  const byChance = expectedRuns(calls, pattern.usualShare, now)
  const failureThreshold = Math.min(1_000, leastUnlikelyLength(calls, pattern.usualShare, 1 / onceIn))
  if (failureThreshold <= now || byChance < explainedFrom * harmless.length) return null
  return () => draftOf(found, { calls, byChance, failureThreshold })
}

function draftOf(
  { evidence, module, episodes, harmless, pattern }: Found,
  { calls, byChance, failureThreshold }: { calls: number; byChance: number; failureThreshold: number },
): FindingDraft {
  const openMs = harmless.reduce((sum, { openedAt, closedAt }) => sum + ((closedAt ?? openedAt) - openedAt), 0)
  const whole = (evidence.to - evidence.from) * Math.max(1, module.instances.length)
  const from = openMs / whole
  const to = Math.min(from, (expectedRuns(calls, pattern.usualShare, failureThreshold) * module.breaker.openMs) / whole)
  return {
    direction: 'higher',
    title: `Open the breaker of ${module.name} after ${failureThreshold} failures in a row instead of ${module.breaker.failureThreshold}: chance alone reaches that.`,
    subject: ofModule(module),
    act: {
      kind: 'change',
      change: { kind: 'module_breaker', moduleId: module.id, breaker: { ...module.breaker, failureThreshold } },
    },
    evidence: [
      shareFigure('Openings whose first probe succeeded', episodes.length, harmless.length),
      figure('Openings that chance explains', byChance, 'times', pattern.calls, {
        name: 'Openings seen',
        value: episodes.length,
      }),
      figure('Share of calls that fail while it works', pattern.usualShare, 'share', pattern.calls),
    ],
    expected: [
      { measure: 'wrongly_open_share', unit: 'share', from, to, low: 0, high: Math.min(from, 3 * to), better: 'lower' },
    ],
    reach: reachOf(evidence, evidence.callsByModule.get(module.id) ?? []),
    spans: {
      showing: new Set(harmless.map(({ span }) => span)).size,
      of: new Set(episodes.map(({ span }) => span)).size,
    },
  }
}
