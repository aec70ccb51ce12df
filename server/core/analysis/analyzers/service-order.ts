import { referenceOf, serviceScore } from '../../brain/service-score.ts'
import { estimateShare } from '../../shared/wilson.ts'
import type { Analyzer, Candidate } from '../analyzer.ts'
import { shareFigure } from '../figures.ts'
import type { FindingDraft } from '../finding.ts'
import type { FleetEvidence } from '../fleet-evidence.ts'
import { bySpan } from '../spans.ts'
import { pOfShareAbove, shareDifference } from '../statistics/samples.ts'
import { ofModule, reachOf } from '../subjects.ts'
import { type Rival, rivalsByType, scored, weightsOf } from './rivals.ts'

const leastCalls = 50
/** Points of success that do not matter (the test is against them), and that make a change worth it. */
const noMatter = 0.02
const clearly = 0.05

/**
 * Operators prefer a service that fails clearly more often than another one of the same type, so that the better one is only its
 * fallback. One-sided test of two shares (Agresti & Caffo 2000) against two points, interval after Newcombe (1998). What the
 * fallback did is counted in full although its tasks had failed before, which makes it look worse, never better. To come: the
 * same preference for both, so that what is learned decides.
 */
export const serviceOrderAnalyzer: Analyzer = {
  id: 'service-order',
  version: 1,
  name: 'Order of services',
  question: 'Is a service preferred though its fallback succeeds more often?',
  needs: '50 calls of both services of one type, the first of which has the higher preference.',
  analyze(evidence) {
    const candidates: Candidate[] = []
    for (const [type, rivals] of rivalsByType(evidence)) {
      for (const worse of rivals) {
        for (const better of rivals) {
          const isPreferred = worse.module.preference > better.module.preference
          if (!isPreferred || Math.min(worse.success.size, better.success.size) < leastCalls) continue
          candidates.push(candidateOf(evidence, type, { worse, better }))
        }
      }
    }
    return candidates.length > 0
      ? { kind: 'tested', candidates }
      : {
          kind: 'insufficient',
          reason: 'No type has two services of different preference with 50 calls each in this window.',
        }
  },
}

function candidateOf(
  evidence: FleetEvidence,
  type: string,
  { worse, better }: { worse: Rival; better: Rival },
): Candidate {
  const pValue = pOfShareAbove(better.success, worse.success, noMatter)
  const gap = better.success.hits / better.success.size - worse.success.hits / worse.success.size
  const isWorth = gap >= clearly && leads(evidence, type, worse, better)
  return { pValue, draft: isWorth ? () => draftOf(evidence, type, { worse, better }) : null }
}

/** Whether the preference alone puts the worse service before the better one. */
function leads(evidence: FleetEvidence, type: string, worse: Rival, better: Rival): boolean {
  const [one, other] = [scored(evidence, type, worse), scored(evidence, type, better)]
  const reference = referenceOf([one, other])
  const level = { ...one, preference: other.preference }
  const scoreOf = (service: typeof one) => serviceScore(service, reference, weightsOf(evidence, type))
  return scoreOf(one) >= scoreOf(other) && scoreOf(level) < scoreOf(other)
}

function draftOf(
  evidence: FleetEvidence,
  type: string,
  { worse, better }: { worse: Rival; better: Rival },
): FindingDraft {
  const [was, is] = [worse.success, better.success].map(({ size, hits }) => estimateShare(size, hits))
  const none = { rate: 0, low: 0, high: 1 }
  const gap = shareDifference(is ?? none, was ?? none)
  const from = 1 - (was ?? none).rate
  const { preference } = better.module
  return {
    direction: `below_${better.module.id}`,
    title: `Stop preferring ${worse.module.name} to ${better.module.name} for ${type}: it fails ${Math.round(100 * gap.difference)} points more often.`,
    subject: ofModule(worse.module),
    act: { kind: 'change', change: { kind: 'module_preference', moduleId: worse.module.id, preference } },
    evidence: [
      shareFigure(`Calls of ${worse.module.name} that succeeded`, worse.success.size, worse.success.hits),
      shareFigure(`Calls of ${better.module.name} that succeeded`, better.success.size, better.success.hits),
      {
        name: 'Difference',
        value: gap.difference,
        unit: 'share',
        sampleSize: worse.success.size + better.success.size,
        low: gap.low,
        high: gap.high,
      },
    ],
    expected: [
      {
        measure: 'failure_share',
        unit: 'share',
        from,
        to: Math.max(0, from - gap.difference),
        low: Math.max(0, from - gap.high),
        high: Math.max(0, from - gap.low),
        better: 'lower',
      },
    ],
    reach: reachOf(evidence, worse.calls),
    spans: worseSpans({ worse, better }),
  }
}

function worseSpans({ worse, better }: { worse: Rival; better: Rival }): FindingDraft['spans'] {
  const others = bySpan(better.calls)
  let showing = 0
  let of = 0
  for (const [span, its] of bySpan(worse.calls)) {
    const theirs = others.get(span)
    if (!theirs) continue
    const rate = (calls: typeof its) => calls.filter(({ outcome }) => outcome === 'succeeded').length / calls.length
    of++
    if (rate(its) <= rate(theirs)) showing++
  }
  return { showing, of }
}
