import type { BreakerConfig } from '../../../contracts/modules.ts'
import type { ModuleRecord } from '../../registry/module-record.ts'
import type { Analyzer, Candidate } from '../analyzer.ts'
import { figure } from '../figures.ts'
import type { FindingDraft } from '../finding.ts'
import type { Call, FleetEvidence } from '../fleet-evidence.ts'
import { bySpan } from '../spans.ts'
import { binomialAtLeast, poissonAtLeast } from '../statistics/tails.ts'
import { inService, isJudged, ofModule, reachOf } from '../subjects.ts'
import {
  expectedRuns,
  type FailurePattern,
  findFailurePattern,
  hasFailed,
  leastUnlikelyLength,
} from './failure-runs.ts'

/** Runs this unlikely mean that something is wrong: to be expected once in a hundred windows. */
const unlikely = 0.01
const leastCalls = 100
const leastThreshold = 3
const leastRuns = 2
const leastWasted = 20
/** A minute in which at least half of this many calls or more failed, while the breaker let them through. */
const minuteMs = 60_000
const leastPerMinute = 20
const brokenFrom = 0.5
const leastMinutes = 3
const proposedRate = { percent: 50, windowSeconds: 60, minimumCalls: leastPerMinute }

/**
 * A breaker that let calls through long after it was clear that the instance was broken. Either failures came in runs far longer than
 * chance makes them and the threshold is longer still: then it is to be the least length that chance reaches once in a hundred
 * windows (Feller; p-value: the Poisson tail of so many such runs). Or failures came mixed with successes, which starts a run anew
 * each time: then a rule by share is missing (p-value: the Poisson tail of so many minutes with half failing).
 */
export const breakerLateAnalyzer: Analyzer = {
  id: 'breaker-late',
  version: 1,
  name: 'Breakers that open too late',
  question: 'Did many calls fail after it was clear that an instance was broken?',
  needs:
    '100 calls of one module, ten minutes in which it worked, to know what is usual, and outages with 20 failed calls or more.',
  analyze(evidence) {
    const candidates: Candidate[] = []
    for (const module of inService(evidence)) {
      const pattern = findFailurePattern(evidence.callsByModule.get(module.id) ?? [])
      if (pattern === null || pattern.calls < leastCalls) continue
      const runs = byRuns(evidence, module, pattern)
      const share = byShare(evidence, module, pattern)
      // A lower threshold sees what a rule by share would.
      candidates.push(runs, runs.draft === null ? share : { ...share, draft: null })
    }
    return candidates.length > 0
      ? { kind: 'tested', candidates }
      : { kind: 'insufficient', reason: 'No module had 100 calls, and a time in which most succeeded.' }
  },
}

function byRuns(evidence: FleetEvidence, module: ModuleRecord, pattern: FailurePattern): Candidate {
  const { calls, usualShare, runs } = pattern
  const length = Math.max(leastThreshold, leastUnlikelyLength(calls, usualShare, unlikely))
  const long = runs.filter(run => run.length >= length)
  const pValue = poissonAtLeast(long.length, Math.max(1e-9, expectedRuns(calls, usualShare, length)))
  const wasted = long.reduce((sum, run) => sum + run.length - length, 0)
  const now = module.breaker.failureThreshold
  const isWorth = long.length >= leastRuns && wasted >= leastWasted && length < now
  if (!isWorth) return { pValue, draft: null }
  const breaker = { ...module.breaker, failureThreshold: length }
  const title = `Open the breaker of ${module.name} after ${length} failures in a row instead of ${now}: chance never makes as many.`
  const failures = long.flatMap(run => run.failures)
  const facts = [
    figure(`Runs of ${length} failures or more`, long.length, 'times', calls, {
      name: 'To be expected by chance',
      value: expectedRuns(calls, usualShare, length),
    }),
    figure('Calls that failed after that many', wasted, 'calls', failures.length),
    figure('Share of calls that fail while it works', usualShare, 'share', calls),
  ]
  return {
    pValue,
    draft: () => draftOf({ evidence, module, breaker, direction: 'lower', title, facts, wasted, failures }),
  }
}

function byShare(evidence: FleetEvidence, module: ModuleRecord, pattern: FailurePattern): Candidate {
  const minutes = pattern.sequences.flatMap(minutesOf).filter(its => its.length >= leastPerMinute)
  const broken = minutes.filter(its => its.filter(hasFailed).length >= brokenFrom * its.length)
  const byChance = binomialAtLeast(leastPerMinute * brokenFrom, leastPerMinute, pattern.usualShare)
  const pValue = poissonAtLeast(broken.length, Math.max(1e-9, minutes.length * byChance))
  const failures = broken.flat().filter(hasFailed)
  const wasted = failures.length - Math.round(brokenFrom * leastPerMinute) * broken.length
  const isWorth = module.breaker.failureRate === null && broken.length >= leastMinutes && wasted >= leastWasted
  if (!isWorth || pattern.usualShare >= brokenFrom / 2) return { pValue, draft: null }
  const breaker = { ...module.breaker, failureRate: proposedRate }
  const title = `Let the breaker of ${module.name} open when half of its calls in a minute fail: they failed between successes, which its rule of failures in a row does not see.`
  const facts = [
    figure('Minutes in which half of 20 calls or more failed', broken.length, 'times', minutes.length, {
      name: 'To be expected by chance',
      value: minutes.length * byChance,
    }),
    figure('Calls that failed after the first ten of such a minute', wasted, 'calls', failures.length),
    figure('Share of calls that fail while it works', pattern.usualShare, 'share', pattern.calls),
  ]
  const direction = 'by_share'
  return { pValue, draft: () => draftOf({ evidence, module, breaker, direction, title, facts, wasted, failures }) }
}

function minutesOf(sequence: readonly Call[]): Call[][] {
  return [...Map.groupBy(sequence.filter(isJudged), ({ endedAt }) => Math.floor(endedAt / minuteMs)).values()]
}

function draftOf(found: {
  evidence: FleetEvidence
  module: ModuleRecord
  breaker: BreakerConfig
  direction: string
  title: string
  facts: FindingDraft['evidence']
  wasted: number
  failures: readonly Call[]
}): FindingDraft {
  const { evidence, module, breaker, direction, title, facts, wasted, failures } = found
  const hours = Math.max(evidence.hours, 0.01)
  const from = wasted / hours
  const failedSpans = bySpan(failures)
  return {
    direction,
    title,
    subject: ofModule(module),
    act: { kind: 'change', change: { kind: 'module_breaker', moduleId: module.id, breaker } },
    evidence: facts,
    // Calls already under way when it opens still fail.
    expected: [
      { measure: 'wasted_calls_per_hour', unit: 'per_hour', from, to: 0, low: 0, high: from / 4, better: 'lower' },
    ],
    reach: reachOf(evidence, failures),
    spans: { showing: failedSpans.size, of: failedSpans.size },
  }
}
