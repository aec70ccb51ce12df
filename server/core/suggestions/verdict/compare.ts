import { studentQuantile } from '../../shared/student.ts'
import {
  type ComparedMeasure,
  type Conditions,
  type MeasureRule,
  type ObservedTask,
  ruleOf,
  type ToldMeasure,
} from './measures.ts'
import { type MeasuredPart, within } from './within.ts'

/** One measure that is asked for, of all tasks or of a part of them. */
export interface Asked extends MeasuredPart {
  measure: ComparedMeasure
}

/** One side, as it was observed. */
export interface ComparedSide {
  tasks: readonly ObservedTask[]
  conditions: Conditions
}

/** A moment of a window and what a measure is worth then: for what is told of time and not of tasks. */
export interface Moment {
  /** Milliseconds since the epoch. */
  acceptedAt: number
  value: number
}

/** One measure on both sides, the side before reweighted to the mix of the side after. */
export interface Compared extends MeasuredPart {
  measure: ToldMeasure
  before: number
  after: number
  /** Standard error of the difference, and of the value afterwards. */
  error: number
  afterError: number
  degrees: number
  /** Tasks that it was told from, or moments. */
  samplesBefore: number
  samplesAfter: number
}

export interface Comparison {
  /** Without those that no matched task says anything of. */
  measures: Compared[]
  samplesBefore: number
  samplesAfter: number
  /** Of the tasks afterwards, those with a counterpart before. */
  matchedShare: number
}

/** Stretches of time that each side is cut into: tasks near each other hang together, so that stretches are counted, not tasks. */
const blocks = 16
/** Tasks of one type and hour before, from which on they stand for those after. */
const leastPerCell = 3
const hourMs = 3_600_000
/** Durations and costs beyond this quantile count as this one: single outliers move no mean. */
const winsorAt = 0.99

/** What makes a task comparable, or a moment. */
type Placed = Pick<ObservedTask, 'type' | 'acceptedAt'>

/** One side, ready for counting: for each task its cell and block by number. */
interface Side<Item extends Placed = ObservedTask> {
  tasks: readonly Item[]
  cells: Int32Array
  blocks: Int32Array
  /** Tasks of each cell within each block: `cell * blocks + block`. */
  counts: Float64Array
}

interface Sides<Item extends Placed = ObservedTask> {
  before: Side<Item>
  after: Side<Item>
}

/**
 * Compares tasks before and after, matched: tasks before get the weights that give each type and hour of the day (of working
 * days and weekends) the share it has afterwards (post-stratification), and what has no counterpart is left out. Standard
 * errors come from leaving out each of 16 stretches of time in turn (grouped jackknife; Shao & Tu 1995, ch. 2), on each side
 * with the weights made anew. Null when nothing matches.
 */
export function compareOutcomes(before: ComparedSide, after: ComparedSide, asked: readonly Asked[]): Comparison | null {
  const sides = matchSides(before.tasks, after.tasks)
  if (sides === null) return null
  const { length: samplesAfter } = sides.after.tasks
  const conditions = { before: before.conditions, after: after.conditions }
  return {
    measures: asked.flatMap(one => compareMeasure(one, sides, conditions) ?? []),
    samplesBefore: sides.before.tasks.length,
    samplesAfter,
    matchedShare: samplesAfter / after.tasks.length,
  }
}

/**
 * Compares the mean of what is told of moments, matched and with errors as tasks are: each hour of the day of working days and
 * weekends as often before as since. Null when no hour is on both sides.
 */
export function compareMoments(
  measure: ToldMeasure,
  before: readonly Moment[],
  after: readonly Moment[],
): Compared | null {
  const placed = (moments: readonly Moment[]) => moments.map(moment => ({ ...moment, type: '' }))
  const sides = matchSides(placed(before), placed(after))
  if (sides === null) return null
  const told = ({ tasks }: Side<Placed & Moment>): Told => ({
    values: Float64Array.from(tasks, ({ value }) => value),
    own: null,
  })
  return estimate({ measure }, sides, { before: told(sides.before), after: told(sides.after) })
}

/** Null when nothing matches. */
function matchSides<Item extends Placed>(before: readonly Item[], after: readonly Item[]): Sides<Item> | null {
  const numberBefore = Map.groupBy(before, cellOf)
  const matched = after.filter(task => (numberBefore.get(cellOf(task))?.length ?? 0) >= leastPerCell)
  if (matched.length === 0) return null
  const cells = new Map([...new Set(matched.map(cellOf))].map((cell, number) => [cell, number]))
  const standing = before.filter(task => cells.has(cellOf(task)))
  return { before: toSide(standing, cells), after: toSide(matched, cells) }
}

/** The interval of the difference at a level such as 0.95. */
export function intervalOf({ before, after, error, degrees }: Compared, level: number): [low: number, high: number] {
  const reach = studentQuantile(degrees, 1 - (1 - level) / 2) * error
  return [after - before - reach, after - before + reach]
}

/** Null when no matched task says anything of it. */
function compareMeasure(
  asked: Asked,
  all: Sides,
  conditions: { before: Conditions; after: Conditions },
): Compared | null {
  const rule = ruleOf(asked.measure)
  const sides = narrowTo(asked, rule, all, conditions)
  if (sides === null) return null
  const { before, after } = sides
  const told = { before: valuesOf(before, rule, conditions.before), after: valuesOf(after, rule, conditions.after) }
  if (hasOutliers(rule)) cap({ before: told.before.values, after: told.after.values })
  return estimate(asked, sides, told, rule.rank)
}

/** The mean of both sides, or the quantile at `rank`. */
function estimate<Item extends Placed>(
  named: Pick<Compared, 'measure' | 'of' | 'errorCode'>,
  { before, after }: Sides<Item>,
  told: { before: Told; after: Told },
  rank?: number,
): Compared {
  const mix = cellTotals(after, -1)
  const estimators = {
    before: estimator(before, told.before, rank, without => weightsTo(mix, cellTotals(before, without))),
    after: estimator(after, told.after, rank, () => null),
  }
  const errors = { before: jackknife(before, estimators.before), after: jackknife(after, estimators.after) }
  return {
    ...named,
    before: estimators.before(-1),
    after: estimators.after(-1),
    error: Math.hypot(errors.before, errors.after),
    afterError: errors.after,
    degrees: Math.max(3, blocksOf(before).length + blocksOf(after).length - 2),
    samplesBefore: before.tasks.length,
    samplesAfter: after.tasks.length,
  }
}

/** The tasks that say something of what is asked, matched anew. */
function narrowTo(
  asked: Asked,
  rule: MeasureRule,
  sides: Sides,
  conditions: { before: Conditions; after: Conditions },
): Sides | null {
  const { weigh } = rule
  if (weigh === undefined && asked.of === undefined && asked.errorCode === undefined) return sides
  const telling = ({ tasks }: Side, present: Conditions) =>
    tasks.flatMap(task => {
      const part = within(task, asked, rule)
      return part === null || (weigh !== undefined && weigh(part, present) <= 0) ? [] : part
    })
  return matchSides(telling(sides.before, conditions.before), telling(sides.after, conditions.after))
}

/** What each task of a side is worth, and how much it weighs by itself; null when all weigh alike. */
interface Told {
  values: Float64Array
  own: Float64Array | null
}

function valuesOf({ tasks }: Side, { read, weigh }: MeasureRule, conditions: Conditions): Told {
  return {
    values: Float64Array.from(tasks, task => read(task, conditions)),
    own: weigh === undefined ? null : Float64Array.from(tasks, task => weigh(task, conditions)),
  }
}

/** Shares have none, and what is counted may be rare. */
function hasOutliers({ rank, unit, countsAll }: MeasureRule): boolean {
  return rank === undefined && unit !== 'share' && countsAll !== true
}

/** The same cap on both sides. */
function cap({ before, after }: { before: Float64Array; after: Float64Array }): void {
  const sorted = Float64Array.from([...before, ...after]).sort()
  const most = sorted[Math.min(sorted.length - 1, Math.floor(winsorAt * sorted.length))] ?? 0
  for (const side of [before, after]) {
    for (let place = 0; place < side.length; place++) side[place] = Math.min(side[place]!, most)
  }
}

/** √((B - 1) / B × Σ (θ₋ₖ - mean)²) over the blocks that have tasks. */
function jackknife(side: Side<Placed>, without: (block: number) => number): number {
  const present = blocksOf(side)
  if (present.length < 2) return Number.POSITIVE_INFINITY
  const values = present.map(without)
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return Math.sqrt(((values.length - 1) / values.length) * squares)
}

/**
 * Weighted mean, or weighted quantile, of a side without one block (-1: of all). Weights are by cell, null weighs all alike; beside
 * that each task weighs what the rule says.
 */
function estimator(
  { cells, blocks: blockOf }: Side<Placed>,
  { values, own }: Told,
  rank: number | undefined,
  weightsWithout: (block: number) => Float64Array | null,
): (without: number) => number {
  const places = Int32Array.from(values.keys())
  const order = rank === undefined ? places : places.sort((a, b) => values[a]! - values[b]!)
  return without => {
    const weights = weightsWithout(without)
    const weightAt = (place: number) =>
      blockOf[place] === without
        ? 0
        : (weights === null ? 1 : weights[cells[place]!]!) * (own === null ? 1 : own[place]!)
    let total = 0
    let sum = 0
    for (const place of order) {
      const weight = weightAt(place)
      total += weight
      sum += weight * values[place]!
    }
    if (total === 0) return 0
    if (rank === undefined) return sum / total
    let seen = 0
    for (const place of order) {
      seen += weightAt(place)
      if (seen >= rank * total) return values[place]!
    }
    return values[order.at(-1)!]!
  }
}

/** Each cell as often as it comes in `mix`, whatever it comes `here`; a cell that is left empty drops out. */
function weightsTo(mix: Float64Array, here: Float64Array): Float64Array {
  return mix.map((count, cell) => (here[cell] === 0 ? 0 : count / here[cell]!))
}

function cellTotals({ counts }: Side<Placed>, without: number): Float64Array {
  const totals = new Float64Array(counts.length / blocks)
  for (const [place, count] of counts.entries()) {
    if (place % blocks !== without) totals[Math.floor(place / blocks)]! += count
  }
  return totals
}

/** Blocks are stretches of as many tasks each, in the order of time. */
function toSide<Item extends Placed>(tasks: readonly Item[], numbers: ReadonlyMap<string, number>): Side<Item> {
  const inTime = tasks.toSorted((a, b) => a.acceptedAt - b.acceptedAt)
  const cells = Int32Array.from(inTime, task => numbers.get(cellOf(task)) ?? 0)
  const blockNumbers = Int32Array.from(inTime, (_, place) => Math.floor((place * blocks) / inTime.length))
  const counts = new Float64Array(numbers.size * blocks)
  for (const [place, cell] of cells.entries()) counts[cell * blocks + blockNumbers[place]!]! += 1
  return { tasks: inTime, cells, blocks: blockNumbers, counts }
}

function blocksOf({ blocks: numbers }: Side<Placed>): number[] {
  return [...new Set(numbers)]
}

/** A type of task at an hour of the day, in UTC; weekends apart. */
function cellOf({ type, acceptedAt }: Placed): string {
  const hours = Math.floor(acceptedAt / hourMs)
  // The epoch began on a Thursday.
  const weekday = (Math.floor(hours / 24) + 4) % 7
  const isWeekend = weekday === 0 || weekday === 6
  return `${type}\0${hours % 24}\0${isWeekend ? 'weekend' : 'week'}`
}
