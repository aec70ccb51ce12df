import type { ExpectedEffect } from '../../../contracts/findings.ts'
import type {
  ActorName,
  MeasuredEffect,
  Verdict,
  VerdictOutcome,
  VerdictPoint,
} from '../../../contracts/suggestions.ts'
import { studentQuantile } from '../../shared/student.ts'
import { type Compared, compareOutcomes, intervalOf } from './compare.ts'
import { type ComparedMeasure, comparedMeasures, type ObservedTask, ruleOf } from './measures.ts'

/** Fewer tasks on either side say nothing. */
const leastTasks = 50
/** With less of the tasks afterwards matched, the comparison is about something else. */
const leastMatched = 0.5
/** Differences below this share of the value before are no difference, however sure. */
const leastShift = 0.05
/** Of shares, an absolute one. */
const leastShareShift = 0.005
const level = 0.95
const pointsPerSide = 24

/** Always watched, whatever was promised. */
const guarded: readonly ComparedMeasure[] = ['latency_mean', 'failure_share']

export interface JudgedWindow {
  from: number
  to: number
  tasks: readonly ObservedTask[]
  /** Which part of the tasks of that time these are, 0-1. */
  share: number
}

/**
 * What became of a change, from tasks before and after it. A measure is better or worse when its interval, at 95 % over all
 * measures that decide together (Bonferroni), leaves out zero and the difference is at least 5 % of the value before (half a
 * point for shares). `worse` when any of them is: what was promised, the mean latency, or failures; `kept` when one is
 * better and none worse; else, or with fewer than 50 matched tasks on a side, `inconclusive`.
 */
export function judge(options: {
  before: JudgedWindow
  after: JudgedWindow
  expected: readonly ExpectedEffect[]
  now: number
  by: ActorName
}): Verdict {
  const { before, after, expected, now, by } = options
  const deciding = comparedMeasures.filter(
    measure => guarded.includes(measure) || expected.some(effect => effect.measure === measure),
  )
  const comparison = compareOutcomes(before.tasks, after.tasks, deciding)
  const common = {
    at: new Date(now).toISOString(),
    basis: 'measured' as const,
    by,
    points: [...pointsOf(before, 'before'), ...pointsOf(after, 'after')],
    windows: { before: rangeOf(before), after: rangeOf(after) },
    matchedShare: comparison?.matchedShare ?? 0,
    readShares: { before: before.share, after: after.share },
  }
  const tooFew = whyTooFew(before, after, comparison)
  if (tooFew !== null || comparison === null) {
    return { ...common, outcome: 'inconclusive', words: tooFew ?? '', effects: [] }
  }
  const measures = comparison.measures.filter(
    ({ samplesBefore, samplesAfter }) => Math.min(samplesBefore, samplesAfter) >= leastTasks,
  )
  const effects = measures.map(compared => toEffect(compared, measures.length, expected))
  const outcome = outcomeOf(effects)
  return { ...common, outcome, words: `${wordsOf(outcome, effects)}${unmeasured(expected, effects)}`, effects }
}

function whyTooFew(
  before: JudgedWindow,
  after: JudgedWindow,
  comparison: ReturnType<typeof compareOutcomes>,
): string | null {
  if (after.tasks.length < leastTasks) {
    return `Only ${after.tasks.length} tasks ended since; it takes ${leastTasks}.`
  }
  if (before.tasks.length < leastTasks) {
    return `Only ${before.tasks.length} tasks are recorded from before; it takes ${leastTasks}.`
  }
  if (comparison === null || comparison.matchedShare < leastMatched) {
    return 'Most of the work since has no counterpart before it: other types, or other hours of the day.'
  }
  return Math.min(comparison.samplesBefore, comparison.samplesAfter) < leastTasks
    ? `Fewer than ${leastTasks} tasks match on both sides.`
    : null
}

function toEffect(compared: Compared, deciding: number, expected: readonly ExpectedEffect[]): MeasuredEffect {
  const { measure, before, after, samplesBefore, samplesAfter } = compared
  const { unit, better } = ruleOf(measure)
  const [low, high] = intervalOf(compared, level)
  const promised = expected.find(effect => effect.measure === measure)
  const [surelyLow, surelyHigh] = intervalOf(compared, 1 - (1 - level) / deciding)
  const needed = unit === 'share' ? leastShareShift : leastShift * Math.abs(before)
  const isShift = (surelyLow > 0 || surelyHigh < 0) && Math.abs(after - before) >= needed
  const isBetter = better === 'lower' ? after < before : after > before
  return {
    measure,
    unit,
    before,
    after,
    low,
    high,
    better,
    samplesBefore,
    samplesAfter,
    found: isShift ? (isBetter ? 'better' : 'worse') : 'no_difference',
    predicted: promised ? { low: promised.low, high: promised.high, isHeld: isHeld(compared, promised) } : null,
  }
}

/** A prediction holds when the value that was measured may lie in its interval: what is measured is an estimate as well. */
function isHeld({ after, afterError, degrees }: Compared, { low, high }: ExpectedEffect): boolean {
  const reach = Number.isFinite(afterError) ? studentQuantile(degrees, 1 - (1 - level) / 2) * afterError : 0
  return after + reach >= low && after - reach <= high
}

function outcomeOf(effects: readonly Pick<MeasuredEffect, 'found'>[]): VerdictOutcome {
  if (effects.some(({ found }) => found === 'worse')) return 'worse'
  return effects.some(({ found }) => found === 'better') ? 'kept' : 'inconclusive'
}

function wordsOf(outcome: VerdictOutcome, effects: readonly MeasuredEffect[]): string {
  const named = (found: MeasuredEffect['found']) =>
    effects.flatMap(effect => (effect.found === found ? [effect.measure.replaceAll('_', ' ')] : [])).join(', ')
  switch (outcome) {
    case 'worse':
      return `Worse since: ${named('worse')}. A draft that takes it back waits for approval.`
    case 'kept':
      return `Better since: ${named('better')}; nothing that was watched got worse.`
    case 'inconclusive':
      return 'No difference that could be told from chance.'
  }
}

/** What was promised and could not be told from the record of tasks, so that nobody takes the verdict for one on that. */
function unmeasured(expected: readonly ExpectedEffect[], effects: readonly MeasuredEffect[]): string {
  const names = expected.flatMap(({ measure }) =>
    effects.some(effect => effect.measure === measure) ? [] : [measure.replaceAll('_', ' ')],
  )
  return names.length === 0 ? '' : ` What it promised for ${names.join(', ')} is not measured.`
}

/** Equal stretches of a window, for a chart. */
function pointsOf({ from, to, tasks }: JudgedWindow, side: 'before' | 'after'): VerdictPoint[] {
  const spanMs = Math.max(1, (to - from) / pointsPerSide)
  const byPoint = Map.groupBy(tasks, ({ acceptedAt }) => Math.floor((acceptedAt - from) / spanMs))
  return Array.from({ length: pointsPerSide }, (_, place) => {
    const inside = byPoint.get(place) ?? []
    const meanOf = (read: (task: ObservedTask) => number) =>
      inside.length === 0 ? null : inside.reduce((sum, task) => sum + read(task), 0) / inside.length
    return {
      at: new Date(from + (place + 0.5) * spanMs).toISOString(),
      side,
      latencyMs: meanOf(({ waitMs, runMs }) => waitMs + runMs),
      failureShare: meanOf(({ hasFailed }) => (hasFailed ? 1 : 0)),
      tasks: inside.length,
    }
  })
}

function rangeOf({ from, to }: JudgedWindow): { from: string; to: string } {
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() }
}
