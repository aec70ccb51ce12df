import type { ExpectedEffect } from '../../../contracts/findings.ts'
import type {
  ActorName,
  MeasuredEffect,
  Verdict,
  VerdictOutcome,
  VerdictPoint,
} from '../../../contracts/suggestions.ts'
import { studentQuantile } from '../../shared/student.ts'
import {
  type Asked,
  type Compared,
  type Comparison,
  compareMoments,
  compareOutcomes,
  intervalOf,
  type Moment,
} from './compare.ts'
import { nameOfEffect } from './effect-name.ts'
import { type Conditions, isCompared, lookOf, type ObservedTask } from './measures.ts'

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

/** Always watched, of all that the change concerns, whatever was promised. */
const guarded: readonly Asked[] = [{ measure: 'latency_mean' }, { measure: 'failure_share' }]

const hourMs = 3_600_000

export interface JudgedWindow {
  from: number
  to: number
  tasks: readonly ObservedTask[]
  /** Which part of the tasks of that time these are, 0-1. */
  share: number
  /** Calls at once that the instance took whose capacity was changed; null when something else was. */
  capacity: number | null
  /** All tasks of a type that something was promised for, or many of them, where `tasks` are only a part. */
  ofTypes?: ReadonlyMap<string, ReadTasks>
  /** Minute by minute, which share of it breakers were open for nothing; left out where nothing was promised of that. */
  openForNothing?: readonly Moment[]
}

/** Tasks, and which part of those of their time they are, 0-1. */
interface ReadTasks {
  tasks: readonly ObservedTask[]
  share: number
}

/**
 * What became of a change, from tasks before and after it; what was promised is told of what it was promised for. A measure is better or
 * worse when its interval, at 95 % over all measures that decide together (Bonferroni), leaves out zero and the difference is at least
 * 5 % of the value before (half a point for shares of tasks or calls). `worse` when any of them is: what was promised, the mean latency, or failures;
 * `kept` when one is better and none worse; else, or with fewer than 50 matched tasks on a side, `inconclusive`.
 */
export function judge(options: {
  before: JudgedWindow
  after: JudgedWindow
  expected: readonly ExpectedEffect[]
  now: number
  by: ActorName
}): Verdict {
  const { before, after, expected, now, by } = options
  const asked = decidingFor(expected)
  const comparison = compareWindows(before, after, asked)
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
  const told = [...ownMeasures(before, after, asked), ...momentMeasures(before, after, expected)]
  const shared = withoutRepeats(comparison).filter(one => !told.some(other => isSame(one, other)))
  const measures = [...told, ...shared].filter(
    ({ samplesBefore, samplesAfter }) => Math.min(samplesBefore, samplesAfter) >= leastTasks,
  )
  const effects = measures.map(compared => toEffect(compared, measures.length, expected))
  const outcome = outcomeOf(effects)
  return { ...common, outcome, words: `${wordsOf(outcome, effects)}${unmeasured(expected, effects)}`, effects }
}

function compareWindows(before: JudgedWindow, after: JudgedWindow, asked: readonly Asked[]): Comparison | null {
  const conditions = (capacity: number | null): Conditions => ({ capacity, tasksPerHour: tasksPerHourOf(after) })
  return compareOutcomes(
    { tasks: before.tasks, conditions: conditions(before.capacity) },
    { tasks: after.tasks, conditions: conditions(after.capacity) },
    asked,
  )
}

/** What was promised of types whose tasks were read for themselves, so that rare ones are not lost among others. */
function ownMeasures(before: JudgedWindow, after: JudgedWindow, asked: readonly Asked[]): Compared[] {
  return asked.flatMap(one => {
    const [was, is] = [ownWindow(before, one.of), ownWindow(after, one.of)]
    return was && is ? (compareWindows(was, is, [one])?.measures ?? []) : []
  })
}

function ownWindow(window: JudgedWindow, of: Asked['of']): JudgedWindow | null {
  const own = of?.kind === 'type' ? window.ofTypes?.get(of.id) : undefined
  return own ? { ...window, ...own } : null
}

function momentMeasures(before: JudgedWindow, after: JudgedWindow, expected: readonly ExpectedEffect[]): Compared[] {
  const isPromised = expected.some(({ measure }) => measure === 'wrongly_open_share')
  if (!isPromised || !before.openForNothing || !after.openForNothing) return []
  const compared = compareMoments('wrongly_open_share', before.openForNothing, after.openForNothing)
  return compared ? [compared] : []
}

/**
 * Whether more time would tell more: fewer tasks than it takes have ended since, of all or of a type that something was promised
 * for, and before there were enough.
 */
export function isTooEarly(before: JudgedWindow, after: JudgedWindow, expected: readonly ExpectedEffect[]): boolean {
  const types = [undefined, ...expected.flatMap(({ of }) => (of?.kind === 'type' ? [of.id] : []))]
  return types.some(type => countOf(after, type) < leastTasks && countOf(before, type) >= leastTasks)
}

function countOf({ tasks, ofTypes }: JudgedWindow, type: string | undefined): number {
  if (type === undefined) return tasks.length
  return ofTypes?.get(type)?.tasks.length ?? tasks.filter(task => task.type === type).length
}

/** What was promised first, then what is watched beside it. */
function decidingFor(expected: readonly ExpectedEffect[]): Asked[] {
  const promised = expected.flatMap(({ measure, of, errorCode }) =>
    isCompared(measure) ? [{ measure, ...(of && { of }), ...(errorCode !== undefined && { errorCode }) }] : [],
  )
  return [...promised, ...guarded.filter(guard => !promised.some(one => isSame(one, guard)))]
}

function isSame(
  one: Omit<Asked, 'measure'> & { measure: string },
  other: Omit<Asked, 'measure'> & { measure: string },
): boolean {
  const { measure, of, errorCode } = other
  return one.measure === measure && one.of?.kind === of?.kind && one.of?.id === of?.id && one.errorCode === errorCode
}

/** Where a part is all there is, it is told once: as that which was promised. */
function withoutRepeats({ measures, samplesBefore, samplesAfter }: Comparison): Compared[] {
  const isWhole = (one: Compared) => one.samplesBefore === samplesBefore && one.samplesAfter === samplesAfter
  return measures.filter(
    ({ measure, of }) =>
      of !== undefined ||
      !measures.some(other => other.of !== undefined && other.measure === measure && isWhole(other)),
  )
}

function tasksPerHourOf({ from, to, tasks, share }: JudgedWindow): number {
  const hours = (to - from) / hourMs
  return hours > 0 && share > 0 ? tasks.length / share / hours : 0
}

function whyTooFew(before: JudgedWindow, after: JudgedWindow, comparison: Comparison | null): string | null {
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
  const { measure, of, errorCode, before, after, samplesBefore, samplesAfter } = compared
  const { unit, better } = lookOf(measure)
  const [low, high] = intervalOf(compared, level)
  const promised = expected.find(effect => isSame(effect, compared))
  const [surelyLow, surelyHigh] = intervalOf(compared, 1 - (1 - level) / deciding)
  // Breakers are open for nothing some thousandths of the time at most.
  const isShareOfTasks = unit === 'share' && isCompared(measure)
  const needed = isShareOfTasks ? leastShareShift : leastShift * Math.abs(before)
  const isShift = (surelyLow > 0 || surelyHigh < 0) && Math.abs(after - before) >= needed
  const isBetter = better === 'lower' ? after < before : after > before
  return {
    measure,
    ...(of && { of }),
    ...(errorCode !== undefined && { errorCode }),
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
    effects.flatMap(effect => (effect.found === found ? [nameOfEffect(effect)] : [])).join(', ')
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
  const names = expected.flatMap(promised =>
    effects.some(effect => isSame(effect, promised)) ? [] : [nameOfEffect(promised)],
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
      latencyMs: meanOf(({ latencyMs }) => latencyMs),
      failureShare: meanOf(({ hasFailed }) => (hasFailed ? 1 : 0)),
      tasks: inside.length,
    }
  })
}

function rangeOf({ from, to }: JudgedWindow): { from: string; to: string } {
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() }
}
