import type { ModuleRecord } from '../../registry/module-record.ts'
import { describeSetDuration } from '../../resilience/describe-duration.ts'
import { estimateShare } from '../../shared/wilson.ts'
import type { Analyzer, Candidate } from '../analyzer.ts'
import { roundUp, shareFigure } from '../figures.ts'
import type { FindingDraft } from '../finding.ts'
import type { Call, FleetEvidence } from '../fleet-evidence.ts'
import { bySpan } from '../spans.ts'
import { fitCensored } from '../statistics/censored.ts'
import { quantileOf, sortedOf } from '../statistics/samples.ts'
import { binomialAtLeast, binomialAtMost } from '../statistics/tails.ts'
import { hasSucceeded, inService, isJudged, latencyOf, ofModule, reachOf } from '../subjects.ts'

const leastCalls = 500
const usualTimeouts = 0.005
/** The last fifth of the limit: of calls that came so far, a module that is only slow answers many before it; one that hangs none. */
const lastPart = 0.8
const leastAnswered = 0.1
/** A longer limit lets all but so many of the calls end; at most this many times as long as now. */
const leftOver = 0.001
const mostGrowth = 5
/** A shorter limit has to keep all but so many of the good calls. */
const mostLost = 0.002
const margin = 2
/** And be this much shorter, and calls that time out have to take so much of all the time that calls take. */
const muchShorter = 0.5
const leastWaste = 0.05

/**
 * The limit of a call is too short when calls that time out are the cut-off tail of slow ones: then many others answer just before it.
 * The limit to come is the 99.9 % point of a log-normal distribution fitted to the calls with those at the limit as censored
 * (Cohen, Truncated and Censored Samples, 1991). It is too long when calls that time out hang while none that succeeds comes
 * anywhere near it: then twice the 99.9 % point is enough, and hanging calls give their places back sooner.
 */
export const timeOutAnalyzer: Analyzer = {
  id: 'time-out',
  version: 1,
  name: 'Time limit of calls',
  question: 'Do calls time out that would have ended a little later, or hang much longer than any call that succeeds?',
  needs:
    '500 calls of one module whose limit is that of the module; for a shorter one, as many as show that no more than two in a thousand would be lost (from about 5,000).',
  analyze(evidence) {
    const candidates: Candidate[] = []
    for (const module of inService(evidence)) {
      const limitMs = module.breaker.callTimeoutMs
      const calls = (evidence.callsByModule.get(module.id) ?? []).filter(
        call => isJudged(call) && call.limitMs === limitMs,
      )
      if (calls.length < leastCalls) continue
      candidates.push(tooShort(evidence, module, calls), tooLong(evidence, module, calls))
    }
    return candidates.length > 0
      ? { kind: 'tested', candidates }
      : { kind: 'insufficient', reason: 'No module had 500 calls under its own time limit in this window.' }
  },
}

/** Both that more time out than usual, and that it is a tail: the larger of two p-values (Berger's intersection-union test, 1982). */
function tooShort(evidence: FleetEvidence, module: ModuleRecord, calls: readonly Call[]): Candidate {
  const limitMs = module.breaker.callTimeoutMs
  const timedOut = calls.filter(({ outcome }) => outcome === 'timed_out')
  const good = calls.filter(hasSucceeded)
  const late = good.filter(({ durationMs }) => durationMs >= lastPart * limitMs).length
  const pValue = Math.max(
    binomialAtLeast(timedOut.length, calls.length, usualTimeouts),
    binomialAtLeast(late, late + timedOut.length, leastAnswered),
  )
  const fit = fitCensored(
    good.map(({ durationMs }) => Math.log(Math.max(1, durationMs))),
    Math.log(limitMs),
    timedOut.length,
  )
  if (fit === null) return { pValue, draft: null }
  // Tasks bring a limit of their own, which a module's cannot lift.
  const ownLimits = sortedOf(calls.map(({ taskLimitMs }) => taskLimitMs))
  const most = Math.min(limitMs * mostGrowth, quantileOf(ownLimits, 0.5))
  const proposed = roundUp(Math.min(fit.quantile(leftOver), most))
  if (proposed < limitMs * 1.2) return { pValue, draft: null }
  return { pValue, draft: () => longerDraft(evidence, module, { calls, timedOut, good, late, fit, proposed }) }
}

interface TooShort {
  calls: readonly Call[]
  timedOut: readonly Call[]
  good: readonly Call[]
  /** Good calls of the last fifth of the limit. */
  late: number
  fit: NonNullable<ReturnType<typeof fitCensored>>
  proposed: number
}

function longerDraft(evidence: FleetEvidence, module: ModuleRecord, found: TooShort): FindingDraft {
  const { calls, timedOut, good, late, fit, proposed } = found
  const limitMs = module.breaker.callTimeoutMs
  const share = estimateShare(calls.length, timedOut.length)
  const stays = fit.beyond(proposed)
  return {
    direction: 'longer',
    title: `Let calls of ${module.name} take ${describeSetDuration(proposed)} instead of ${describeSetDuration(limitMs)}: those that time out are its slow ones, and would have ended a little later.`,
    subject: ofModule(module),
    act: limitOf(module, proposed),
    evidence: [
      shareFigure('Share of calls that timed out', calls.length, timedOut.length),
      shareFigure('Of calls that took the last fifth of the limit, ended before it', late + timedOut.length, late),
      {
        name: '99.9 % point of a call, by the fitted distribution',
        value: fit.quantile(leftOver),
        unit: 'ms',
        sampleSize: calls.length,
        comparedTo: { name: 'Time limit', value: limitMs },
      },
    ],
    series: [
      histogramOf(
        good.map(({ durationMs }) => durationMs),
        limitMs,
        'took, up to the limit',
      ),
    ],
    expected: [
      {
        measure: 'timeout_share',
        of: ofModule(module),
        unit: 'share',
        from: share?.rate ?? 0,
        to: stays,
        low: stays / 2,
        high: Math.min(share?.rate ?? 0, stays * 2 + leftOver),
        better: 'lower',
      },
    ],
    reach: reachOf(evidence, calls),
    spans: { showing: bySpan(timedOut).size, of: bySpan(calls).size },
  }
}

function tooLong(evidence: FleetEvidence, module: ModuleRecord, calls: readonly Call[]): Candidate {
  const limitMs = module.breaker.callTimeoutMs
  const timedOut = calls.filter(({ outcome }) => outcome === 'timed_out')
  const good = sortedOf(calls.filter(hasSucceeded).map(({ durationMs }) => durationMs))
  const longest = quantileOf(good, 0.999)
  const proposed = Math.max(100, roundUp(margin * longest))
  const lost = good.filter(durationMs => durationMs > proposed).length
  const pValue = binomialAtMost(lost, good.length, mostLost)
  const hungMs = timedOut.reduce((sum, { durationMs }) => sum + durationMs, 0)
  const allMs = calls.reduce((sum, { durationMs }) => sum + durationMs, 0)
  const isWorth = proposed <= muchShorter * limitMs && hungMs >= leastWaste * allMs && good.length > 0
  const rules = module.breaker.slowCalls
  if (!isWorth || (rules !== null && rules.slowMs >= proposed)) return { pValue, draft: null }
  const found = { calls, timedOut, good, longest, lost, wasted: hungMs / allMs, proposed }
  return { pValue, draft: () => shorterDraft(evidence, module, found) }
}

interface TooLong {
  calls: readonly Call[]
  timedOut: readonly Call[]
  /** Durations of calls that succeeded, in order, and the point that all but one in a thousand keep to. */
  good: readonly number[]
  longest: number
  /** Good calls that the proposed limit would end. */
  lost: number
  /** Share of all the time of calls that went into those that timed out. */
  wasted: number
  proposed: number
}

function shorterDraft(evidence: FleetEvidence, module: ModuleRecord, found: TooLong): FindingDraft {
  const { calls, timedOut, good, longest, lost, wasted, proposed } = found
  const limitMs = module.breaker.callTimeoutMs
  const { tasks, meanMs: from } = latencyOf(calls)
  const hung = estimateShare(calls.length, timedOut.length)
  // What each hanging call gives back, spread over the tasks.
  const latencyWith = (share: number) => Math.max(0, from - ((share * calls.length) / tasks) * (limitMs - proposed))
  return {
    direction: 'shorter',
    title: `Give calls of ${module.name} ${describeSetDuration(proposed)} instead of ${describeSetDuration(limitMs)}: none that succeeds takes as long, and those that hang hold a place all that time.`,
    subject: ofModule(module),
    act: limitOf(module, proposed),
    evidence: [
      {
        name: '99.9 % point of calls that succeeded',
        value: longest,
        unit: 'ms',
        sampleSize: good.length,
        comparedTo: { name: 'Time limit', value: limitMs },
      },
      shareFigure('Share of calls that timed out', calls.length, timedOut.length),
      {
        name: 'Share of all the time of calls that went into those',
        value: wasted,
        unit: 'share',
        sampleSize: calls.length,
      },
      shareFigure('Good calls that the shorter limit would lose', good.length, lost),
    ],
    series: [histogramOf(good, proposed, 'took, up to the proposed limit')],
    expected: [
      {
        measure: 'latency_mean',
        of: ofModule(module),
        unit: 'ms',
        from,
        to: latencyWith(hung?.rate ?? 0),
        low: latencyWith(hung?.high ?? 0),
        high: latencyWith(hung?.low ?? 0),
        better: 'lower',
      },
    ],
    reach: reachOf(evidence, timedOut),
    spans: { showing: bySpan(timedOut).size, of: bySpan(calls).size },
  }
}

function limitOf(module: ModuleRecord, callTimeoutMs: number): FindingDraft['act'] {
  const breaker = { ...module.breaker, callTimeoutMs }
  return { kind: 'change', change: { kind: 'module_breaker', moduleId: module.id, breaker } }
}

function histogramOf(
  durationsMs: readonly number[],
  limitMs: number,
  axisName: string,
): NonNullable<FindingDraft['series']>[number] {
  const bins = 20
  const counts = new Array<number>(bins).fill(0)
  for (const durationMs of durationsMs) {
    const bin = Math.min(bins - 1, Math.floor((durationMs / limitMs) * bins))
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  const points = counts.map((y, bin) => ({ x: `${Math.round((limitMs * bin) / bins)} ms`, y }))
  return { name: 'Calls that succeeded', unit: 'calls', axis: 'label', axisName, points }
}
