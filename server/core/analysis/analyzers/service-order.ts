import { referenceOf, serviceScore } from '../../brain/service-score.ts'
import { estimateShare } from '../../shared/wilson.ts'
import type { Analyzer, Candidate } from '../analyzer.ts'
import { shareFigure } from '../figures.ts'
import type { FindingDraft } from '../finding.ts'
import type { FleetEvidence } from '../fleet-evidence.ts'
import { bySpan } from '../spans.ts'
import { pOfShareAbove, shareDifference } from '../statistics/samples.ts'
import { ofModule, ofType, reachOf } from '../subjects.ts'
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
  version: 2,
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
          candidates.push(candidateOf({ evidence, type, rivals, worse, better }))
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

interface Pair {
  evidence: FleetEvidence
  type: string
  /** All services of the type. */
  rivals: readonly Rival[]
  worse: Rival
  better: Rival
}

function candidateOf(pair: Pair): Candidate {
  const { evidence, type, worse, better } = pair
  const pValue = pOfShareAbove(better.success, worse.success, noMatter)
  const gap = better.success.hits / better.success.size - worse.success.hits / worse.success.size
  const isWorth = gap >= clearly && leads(evidence, type, worse, better)
  return { pValue, draft: isWorth ? () => draftOf(pair) : null }
}

/** Whether the preference alone puts the worse service before the better one. */
function leads(evidence: FleetEvidence, type: string, worse: Rival, better: Rival): boolean {
  const [one, other] = [scored(evidence, type, worse), scored(evidence, type, better)]
  const reference = referenceOf([one, other])
  const level = { ...one, preference: other.preference }
  const scoreOf = (service: typeof one) => serviceScore(service, reference, weightsOf(evidence, type))
  return scoreOf(one) >= scoreOf(other) && scoreOf(level) < scoreOf(other)
}

function draftOf({ evidence, type, rivals, worse, better }: Pair): FindingDraft {
  const [was, is] = [worse.success, better.success].map(({ size, hits }) => estimateShare(size, hits))
  const none = { rate: 0, low: 0, high: 1 }
  const gap = shareDifference(is ?? none, was ?? none)
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
    expected: [expectedOf(type, rivals, worse, gap)],
    reach: reachOf(
      evidence,
      rivals.flatMap(({ calls }) => calls),
    ),
    spans: worseSpans({ worse, better }),
  }
}

/** Of all calls of the type, when those of the worse service fail as the better one's do. */
function expectedOf(
  type: string,
  rivals: readonly Rival[],
  worse: Rival,
  gap: { difference: number; low: number; high: number },
): FindingDraft['expected'][number] {
  const calls = rivals.reduce((sum, { success }) => sum + success.size, 0)
  const from = rivals.reduce((sum, { success: { size, hits } }) => sum + size - hits, 0) / calls
  const without = (points: number) => Math.max(0, from - (points * worse.success.size) / calls)
  return {
    measure: 'call_failure_share',
    of: ofType(type),
    unit: 'share',
    from,
    to: without(gap.difference),
    low: without(gap.high),
    high: without(gap.low),
    better: 'lower',
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
