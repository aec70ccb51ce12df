import type { RetryPolicy } from '../../../contracts/modules.ts'
import { describeSetDuration } from '../../resilience/describe-duration.ts'
import { estimateShare } from '../../shared/wilson.ts'
import type { Analyzer, Candidate } from '../analyzer.ts'
import { figure, roundUp, shareFigure } from '../figures.ts'
import type { FindingDraft } from '../finding.ts'
import type { Call, FleetEvidence } from '../fleet-evidence.ts'
import { bySpan } from '../spans.ts'
import { meanOf, pOfShareAbove, type Share } from '../statistics/samples.ts'
import { hasSucceeded, isJudged, reachOf } from '../subjects.ts'
import { type RetryOwner, retriesByOwner } from './retry-owner.ts'

const leastPerSide = 50
/** A later retry has to succeed this much more often (test against the first, finding from the second). */
const noMore = 0.05
const clearlyMore = 0.2
/** Retries within this part of the delay have to be no worse by this much for the delay to be for nothing. */
const soon = 0.2
const noWorseBy = 0.05
/** And the waits have to matter: this share of tasks is tried again, each waiting this many times as long as a call takes. */
const leastRetried = 0.02
const longBesideCalls = 2
const mostBaseMs = 600_000

/**
 * The first delay of a retry policy, by an experiment that every retry takes part in: full jitter draws the delay evenly between 0
 * and the base, so whether a retry came early or late is chance alone, and early and late ones can be compared as two random
 * groups. Too short: late ones succeed clearly more often. Too long: the earliest fifth succeeds no less often (non-inferiority).
 * Difference of two shares, Agresti & Caffo 2000. Linear back-off draws nothing and cannot be judged so.
 */
export const backOffAnalyzer: Analyzer = {
  id: 'back-off',
  version: 1,
  name: 'Delay of retries',
  question: 'Would retries succeed more often a little later, or as often without waiting so long?',
  needs: '50 first retries with exponential back-off on each side: early ones and late ones.',
  analyze(evidence) {
    const candidates: Candidate[] = []
    for (const { owner, retries, first } of retriesByOwner(evidence)) {
      if (owner.policy.backoff !== 'exponential') continue
      const longestMs = Math.min(owner.policy.baseMs, owner.policy.capMs)
      const own = retries.filter(call => call.number === 2 && isJudged(call) && delayOf(call) <= 2 * longestMs)
      const found = { evidence, owner, retries: own, first, longestMs }
      candidates.push(...tooShort(found), ...tooLong(found))
    }
    return candidates.length > 0
      ? { kind: 'tested', candidates }
      : { kind: 'insufficient', reason: 'No retry policy had 50 early and 50 late retries in this window.' }
  },
}

interface Found {
  evidence: FleetEvidence
  owner: RetryOwner
  retries: readonly Call[]
  first: readonly Call[]
  longestMs: number
}

function delayOf({ at, waitMs, retryOf }: Call): number {
  return retryOf === null ? 0 : Math.max(0, at - waitMs - retryOf.endedAt)
}

function shareOf(calls: readonly Call[]): Share {
  return { hits: calls.filter(hasSucceeded).length, size: calls.length }
}

function rateOf({ hits, size }: Share): number {
  return size === 0 ? 0 : hits / size
}

function tooShort(found: Found): Candidate[] {
  const { owner, retries, longestMs } = found
  const early = shareOf(retries.filter(call => delayOf(call) <= longestMs / 2))
  const late = shareOf(retries.filter(call => delayOf(call) > longestMs / 2))
  if (Math.min(early.size, late.size) < leastPerSide) return []
  const pValue = pOfShareAbove(late, early, noMore)
  const enoughMs = findEnough(retries, longestMs, rateOf(late))
  const baseMs = Math.min(mostBaseMs, roundUp(4 * enoughMs))
  const isWorth = rateOf(late) - rateOf(early) >= clearlyMore && baseMs >= 1.5 * owner.policy.baseMs
  if (!isWorth) return [{ pValue, draft: null }]
  const policy = { ...owner.policy, baseMs, capMs: Math.max(owner.policy.capMs, baseMs) }
  const from = rateOf(shareOf(retries))
  const lateShare = estimateShare(late.size, late.hits)
  const mix = (share: number) => 0.25 * rateOf(early) + 0.75 * share
  const draft = draftOf(found, {
    direction: 'later',
    policy,
    title: `Wait longer before ${owner.subject.name} is tried again: up to ${describeSetDuration(baseMs)} at first instead of ${describeSetDuration(owner.policy.baseMs)}, as late retries succeed more often.`,
    sides: [
      ['Retries in the later half of the delay that succeeded', late],
      ['Retries in the earlier half that succeeded', early],
    ],
    expected: {
      measure: 'retry_success_share',
      of: owner.subject,
      unit: 'share',
      from,
      to: mix(lateShare?.rate ?? 0),
      low: mix(lateShare?.low ?? 0),
      high: mix(lateShare?.high ?? 1),
      better: 'higher',
    },
  })
  return [{ pValue, draft }]
}

/** The shortest delay, in eighths of the longest, from which on retries succeed nearly as often as late ones. */
function findEnough(retries: readonly Call[], longestMs: number, lateRate: number): number {
  const step = longestMs / 8
  for (let part = 1; part < 8; part++) {
    const within = retries.filter(call => delayOf(call) > (part - 1) * step && delayOf(call) <= part * step)
    if (within.length >= 5 && rateOf(shareOf(within)) >= 0.9 * lateRate) return part * step
  }
  return longestMs
}

function tooLong(found: Found): Candidate[] {
  const { owner, retries, first, longestMs } = found
  const early = shareOf(retries.filter(call => delayOf(call) <= soon * longestMs))
  const late = shareOf(retries.filter(call => delayOf(call) > soon * longestMs))
  if (Math.min(early.size, late.size) < leastPerSide) return []
  const pValue = pOfShareAbove(early, late, -noWorseBy)
  const baseMs = Math.max(1, Math.round(soon * longestMs))
  const meanDelayMs = meanOf(retries.map(delayOf))
  const meanRunMs = meanOf(first.map(({ durationMs }) => durationMs))
  const retried = retries.length / Math.max(1, first.length)
  const isWorth = retried >= leastRetried && meanDelayMs >= longBesideCalls * meanRunMs && rateOf(late) >= 0.5
  if (!isWorth) return [{ pValue, draft: null }]
  const from = meanOf(first.map(({ task }) => task.finishedAt - task.dueAt))
  const gained = Math.min(1, retried) * meanDelayMs
  const draft = draftOf(found, {
    direction: 'sooner',
    policy: { ...owner.policy, baseMs },
    title: `Try ${owner.subject.name} again sooner: after at most ${describeSetDuration(baseMs)} at first instead of ${describeSetDuration(owner.policy.baseMs)}, as early retries succeed just as often.`,
    sides: [
      ['Retries in the first fifth of the delay that succeeded', early],
      ['Later retries that succeeded', late],
    ],
    expected: {
      measure: 'latency_mean',
      of: owner.subject,
      unit: 'ms',
      from,
      to: from - gained * (1 - soon),
      low: from - gained,
      high: from - gained * (1 - soon) * 0.5,
      better: 'lower',
    },
  })
  return [{ pValue, draft }]
}

function draftOf(
  { evidence, owner, retries, first, longestMs }: Found,
  proposal: {
    direction: string
    policy: RetryPolicy
    title: string
    sides: [name: string, share: Share][]
    expected: FindingDraft['expected'][number]
  },
): () => FindingDraft {
  return () => ({
    direction: proposal.direction,
    title: proposal.title,
    subject: owner.subject,
    act: { kind: 'change', change: owner.change(proposal.policy) },
    evidence: [
      ...proposal.sides.map(([name, { hits, size }]) => shareFigure(name, size, hits)),
      figure('Mean delay before the first retry', meanOf(retries.map(delayOf)), 'ms', retries.length, {
        name: 'Mean call',
        value: meanOf(first.map(({ durationMs }) => durationMs)),
      }),
    ],
    series: [successByDelay(retries, longestMs)],
    expected: [proposal.expected],
    reach: reachOf(evidence, retries),
    spans: { showing: bySpan(retries).size, of: bySpan(retries).size },
  })
}

function successByDelay(retries: readonly Call[], longestMs: number): NonNullable<FindingDraft['series']>[number] {
  const step = longestMs / 8
  const groups = Map.groupBy(retries, call => Math.min(7, Math.floor(delayOf(call) / step)))
  const points = [...groups]
    .toSorted(([a], [b]) => a - b)
    .map(([part, its]) => ({ x: `${Math.round((part + 1) * step)} ms`, y: rateOf(shareOf(its)) }))
  return { name: 'First retries that succeeded', unit: 'share', axis: 'label', axisName: 'waited up to', points }
}
