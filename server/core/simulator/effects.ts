import type { Effect, Fidelity, MeasureName, NoClaimReason } from '../../contracts/simulations.ts'
import { studentQuantile } from '../shared/student.ts'
import { isLessBetter, measureOf } from './measures.ts'
import { Tally } from './tally.ts'

/** Runs of the recorded traffic, added up over seeds, by span of the window. */
export interface Sides {
  recorded: readonly Tally[]
  before: readonly Tally[]
  after: readonly Tally[]
  seeds: number
  /** Of the whole window. */
  hours: number
}

/** With fewer spans that have tasks nothing is said of how sure a difference is. */
const leastBlocks = 5

/**
 * The difference that a change makes to one measure, with a 95 % interval. Both runs of a seed have the same arrivals and the
 * same calls where they agree, so differences are paired; the spans of the window are the independent parts, and the interval is
 * the delete-one-span jackknife with Student's t (Tukey 1958; for quantiles: Shao & Wu 1989, whole spans are left out). It is a
 * claim only when the interval leaves out zero and the difference is larger than the backtest's own error in that measure.
 */
export function estimateEffect(sides: Sides, measure: MeasureName, fidelity: Fidelity): Effect {
  const hours = sides.hours * sides.seeds
  const whole = { recorded: sumOf(sides.recorded), before: sumOf(sides.before), after: sumOf(sides.after) }
  const before = measureOf(whole.before, measure, hours)
  const after = measureOf(whole.after, measure, hours)
  const difference = after - before
  const interval = intervalOf(sides, whole, measure, difference)
  const backtestError = Math.abs(before - measureOf(whole.recorded, measure, sides.hours))
  const noClaim = refusalOf({ difference, interval, backtestError, fidelity })
  const isBetter = difference < 0 === isLessBetter(measure)
  return {
    measure,
    before,
    after,
    difference,
    interval,
    claim: noClaim ? 'none' : isBetter ? 'better' : 'worse',
    noClaim,
  }
}

/** All spans together. */
export function sumOf(tallies: readonly Tally[]): Tally {
  const sum = new Tally()
  for (const tally of tallies) sum.merge(tally)
  return sum
}

function intervalOf(
  { before, after, hours, seeds }: Sides,
  whole: { before: Tally; after: Tally },
  measure: MeasureName,
  difference: number,
): [number, number] | null {
  const partial: number[] = []
  for (const [block, tally] of before.entries()) {
    const other = after[block]
    if (!other || tally.tasks + other.tasks === 0) continue
    const left = hours * seeds * (1 - 1 / before.length)
    whole.before.merge(tally, -1)
    whole.after.merge(other, -1)
    partial.push(measureOf(whole.after, measure, left) - measureOf(whole.before, measure, left))
    whole.before.merge(tally)
    whole.after.merge(other)
  }
  const count = partial.length
  if (count < leastBlocks) return null
  const mean = partial.reduce((sum, value) => sum + value, 0) / count
  const squares = partial.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const reach = studentQuantile(count - 1) * Math.sqrt(((count - 1) / count) * squares)
  return [difference - reach, difference + reach]
}

function refusalOf(seen: {
  difference: number
  interval: [number, number] | null
  backtestError: number
  fidelity: Fidelity
}): NoClaimReason | null {
  const { difference, interval, backtestError, fidelity } = seen
  if (fidelity.verdict === 'weak') return 'weak_backtest'
  if (interval === null) return 'too_few_tasks'
  if (interval[0] <= 0 && interval[1] >= 0) return 'within_noise'
  return Math.abs(difference) <= backtestError ? 'within_backtest_error' : null
}
