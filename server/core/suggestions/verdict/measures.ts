import type { FindingMeasure, FindingUnit } from '../../../contracts/findings.ts'

/** What became of one task. Times in ms. */
export interface ObservedTask {
  type: string
  acceptedAt: number
  waitMs: number
  /** From its first start to its end. */
  runMs: number
  hasFailed: boolean
  /** Whether it ended after its deadline; null when it had none. */
  hasMissedDeadline: boolean | null
  /** Calls that were made for it, and those of them that ran into their limit. */
  calls: number
  timedOut: number
  /** Calls that waited after a failure to try again, and those of them that succeeded. */
  retries: number
  goodRetries: number
  /** What its calls cost together. */
  costUsd: number
}

/** How one measure is told from tasks. */
export interface MeasureRule {
  unit: FindingUnit
  better: 'lower' | 'higher'
  /** The value of one task. */
  read: (task: ObservedTask) => number
  /** A quantile; a mean when it is left out. */
  rank?: number
  /** How much a task weighs in the mean, 1 when it is left out; tasks without weight say nothing of the measure. */
  weigh?: (task: ObservedTask) => number
}

const latencyOf = ({ waitMs, runMs }: ObservedTask): number => waitMs + runMs
const waitOf = ({ waitMs }: ObservedTask): number => waitMs
const runOf = ({ runMs }: ObservedTask): number => runMs
const millis = { unit: 'ms', better: 'lower' } as const
const share = { unit: 'share', better: 'lower' } as const
const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)

/** What can be measured of tasks here, by the names that findings use. A share of calls is a mean over tasks, weighted by their calls. */
const rules = {
  latency_mean: { ...millis, read: latencyOf },
  latency_p95: { ...millis, read: latencyOf, rank: 0.95 },
  wait_mean: { ...millis, read: waitOf },
  wait_p50: { ...millis, read: waitOf, rank: 0.5 },
  wait_p95: { ...millis, read: waitOf, rank: 0.95 },
  run_p50: { ...millis, read: runOf, rank: 0.5 },
  run_p95: { ...millis, read: runOf, rank: 0.95 },
  failure_share: { ...share, read: ({ hasFailed }) => (hasFailed ? 1 : 0) },
  deadline_miss_share: {
    ...share,
    read: ({ hasMissedDeadline }) => (hasMissedDeadline === true ? 1 : 0),
    weigh: ({ hasMissedDeadline }) => (hasMissedDeadline === null ? 0 : 1),
  },
  timeout_share: {
    ...share,
    read: ({ calls, timedOut }) => ratio(timedOut, calls),
    weigh: ({ calls }) => calls,
  },
  retry_success_share: {
    unit: 'share',
    better: 'higher',
    read: ({ retries, goodRetries }) => ratio(goodRetries, retries),
    weigh: ({ retries }) => retries,
  },
  cost_usd_per_task: { unit: 'usd_per_task', better: 'lower', read: ({ costUsd }) => costUsd },
} satisfies Partial<Record<FindingMeasure, MeasureRule>>

export type ComparedMeasure = keyof typeof rules

export const comparedMeasures = Object.keys(rules) as ComparedMeasure[]

export function ruleOf(measure: ComparedMeasure): MeasureRule {
  return rules[measure]
}
