import { studentQuantile } from './quantile.ts'

/** What became of one task. Times in ms. */
export interface ObservedTask {
  type: string
  acceptedAt: number
  waitMs: number
  /** From its first start to its end. */
  runMs: number
  hasFailed: boolean
}

/** What can be measured of tasks here, by the names that findings use. */
export const comparedMeasures = [
  'latency_mean',
  'latency_p95',
  'wait_mean',
  'wait_p50',
  'wait_p95',
  'run_p50',
  'run_p95',
  'failure_share',
] as const
export type ComparedMeasure = (typeof comparedMeasures)[number]

/** One measure on both sides, the side before reweighted to the mix of the side after. */
export interface Compared {
  measure: ComparedMeasure
  before: number
  after: number
  /** Standard error of the difference, and of the value afterwards. */
  error: number
  afterError: number
  degrees: number
}

export interface Comparison {
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
/** Durations beyond this quantile count as this one: single outliers move no mean. */
const winsorAt = 0.99

interface Sample {
  cell: string
  block: number
  values: Record<'latency' | 'wait' | 'run' | 'failure', number>
}

/**
 * Compares tasks before and after, matched: tasks before get the weights that give each type and hour of the day (of working
 * days and weekends) the share it has afterwards (post-stratification), and what has no counterpart is left out. Standard
 * errors come from leaving out each of 16 stretches of time in turn (grouped jackknife; Shao & Tu 1995, ch. 2), on each side
 * with the weights made anew. Null when nothing matches.
 */
export function compareOutcomes(before: readonly ObservedTask[], after: readonly ObservedTask[]): Comparison | null {
  const counts = countBy(before, cellOf)
  const both = [...before, ...after]
  const caps = {
    wait: quantileOf(
      both.map(task => task.waitMs),
      winsorAt,
    ),
    latency: quantileOf(both.map(latencyOf), winsorAt),
  }
  const hasCounterpart = (task: ObservedTask) => (counts.get(cellOf(task)) ?? 0) >= leastPerCell
  const matched = after.filter(hasCounterpart)
  const cells = new Set(matched.map(cellOf))
  const standing = before.filter(task => cells.has(cellOf(task)))
  if (matched.length === 0) return null
  const sides = {
    before: toSamples(standing, caps),
    after: toSamples(matched, caps),
  }
  return {
    measures: comparedMeasures.map(measure => compareMeasure(measure, sides)),
    samplesBefore: standing.length,
    samplesAfter: matched.length,
    matchedShare: matched.length / after.length,
  }
}

/** The interval of the difference at a level such as 0.95. */
export function intervalOf({ before, after, error, degrees }: Compared, level: number): [low: number, high: number] {
  const reach = studentQuantile(1 - (1 - level) / 2, degrees) * error
  return [after - before - reach, after - before + reach]
}

function compareMeasure(measure: ComparedMeasure, sides: { before: Sample[]; after: Sample[] }): Compared {
  const column = columnOf(measure)
  const before = sides.before.toSorted((a, b) => a.values[column] - b.values[column])
  const after = sides.after.toSorted((a, b) => a.values[column] - b.values[column])
  const mix = countBy(after, sample => sample.cell)
  const valueAfter = (without: number) => estimate(measure, after, () => 1, without)
  const valueBefore = (without: number) => estimate(measure, before, weightsTo(mix, before, without), without)
  const errors = { before: jackknife(before, valueBefore), after: jackknife(after, valueAfter) }
  return {
    measure,
    before: valueBefore(-1),
    after: valueAfter(-1),
    error: Math.hypot(errors.before, errors.after),
    afterError: errors.after,
    degrees: Math.max(3, blocksOf(before) + blocksOf(after) - 2),
  }
}

/** √((B - 1) / B × Σ (θ₋ₖ - mean)²) over the blocks that have tasks. */
function jackknife(samples: readonly Sample[], without: (block: number) => number): number {
  const present = [...new Set(samples.map(({ block }) => block))]
  if (present.length < 2) return Number.POSITIVE_INFINITY
  const values = present.map(without)
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return Math.sqrt(((values.length - 1) / values.length) * squares)
}

type Weight = (sample: Sample) => number

/** Each cell as often as it comes in `mix`, whatever it comes here; a cell that is left empty drops out. */
function weightsTo(mix: ReadonlyMap<string, number>, samples: readonly Sample[], without: number): Weight {
  const here = new Map<string, number>()
  for (const { cell, block } of samples) if (block !== without) here.set(cell, (here.get(cell) ?? 0) + 1)
  const weights = new Map([...here].map(([cell, count]) => [cell, (mix.get(cell) ?? 0) / count]))
  return ({ cell }) => weights.get(cell) ?? 0
}

/** Weighted mean, or weighted quantile of samples that are sorted by the measure's column. */
function estimate(measure: ComparedMeasure, sorted: readonly Sample[], weight: Weight, without: number): number {
  const column = columnOf(measure)
  const rank = quantileRanks[measure]
  let total = 0
  let sum = 0
  for (const sample of sorted) {
    if (sample.block === without) continue
    const share = weight(sample)
    total += share
    sum += share * sample.values[column]
  }
  if (total === 0) return 0
  if (rank === undefined) return sum / total
  let seen = 0
  for (const sample of sorted) {
    if (sample.block === without) continue
    seen += weight(sample)
    if (seen >= rank * total) return sample.values[column]
  }
  return sorted.at(-1)?.values[column] ?? 0
}

const quantileRanks: Partial<Record<ComparedMeasure, number>> = {
  latency_p95: 0.95,
  wait_p50: 0.5,
  wait_p95: 0.95,
  run_p50: 0.5,
  run_p95: 0.95,
}

function columnOf(measure: ComparedMeasure): keyof Sample['values'] {
  if (measure.startsWith('latency')) return 'latency'
  if (measure.startsWith('wait')) return 'wait'
  return measure.startsWith('run') ? 'run' : 'failure'
}

/** Blocks are stretches of as many tasks each, in the order of time. */
function toSamples(tasks: readonly ObservedTask[], caps: { wait: number; latency: number }): Sample[] {
  const inTime = tasks.toSorted((a, b) => a.acceptedAt - b.acceptedAt)
  return inTime.map((task, place) => ({
    cell: cellOf(task),
    block: Math.floor((place * blocks) / inTime.length),
    values: {
      latency: Math.min(latencyOf(task), caps.latency),
      wait: Math.min(task.waitMs, caps.wait),
      run: task.runMs,
      failure: task.hasFailed ? 1 : 0,
    },
  }))
}

function blocksOf(samples: readonly Sample[]): number {
  return new Set(samples.map(({ block }) => block)).size
}

/** A type of task at an hour of the day, in UTC; weekends apart. */
function cellOf({ type, acceptedAt }: ObservedTask): string {
  const hours = Math.floor(acceptedAt / hourMs)
  // The epoch began on a Thursday.
  const weekday = (Math.floor(hours / 24) + 4) % 7
  const isWeekend = weekday === 0 || weekday === 6
  return `${type}\0${hours % 24}\0${isWeekend ? 'weekend' : 'week'}`
}

function latencyOf({ waitMs, runMs }: ObservedTask): number {
  return waitMs + runMs
}

function countBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1)
  return counts
}

function quantileOf(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
}
