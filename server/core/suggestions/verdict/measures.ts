import type { FindingMeasure, FindingUnit } from '../../../contracts/findings.ts'
import type { AttemptRecord } from '../../queue/task-store.ts'

/** One call of a task. Times in ms. */
export interface ObservedCall {
  /** Which call of its task it is, from 1. */
  number: number
  moduleId: string
  instanceId: string
  outcome: AttemptRecord['outcome']
  /** From when its task last came into the queue. */
  waitMs: number
  durationMs: number
  costUsd: number
  /** Calls that the instance then had, this one among them; null when the decision does not say. */
  atOnce: number | null
  /** The failed call that it repeats after a wait; null for first calls, and for those that go on to another module at once. */
  repeats: (Pick<ObservedCall, 'moduleId' | 'instanceId'> & { errorCode: string | null }) | null
}

/** What became of one task. Times in ms. */
export interface ObservedTask {
  type: string
  acceptedAt: number
  waitMs: number
  /** From its first start to its end. */
  runMs: number
  /** From when it could be called to its end. */
  latencyMs: number
  hasFailed: boolean
  /** Whether it ended after its deadline; null when it had none. */
  hasMissedDeadline: boolean | null
  calls: readonly ObservedCall[]
}

/** What holds of a whole side. */
export interface Conditions {
  /** Calls at once that the instance took whose capacity was changed; null when something else was. */
  capacity: number | null
  /** Tasks that came in an hour since the change: rates of either side are told for this load. */
  tasksPerHour: number
}

/** How one measure is told from tasks. */
export interface MeasureRule {
  unit: FindingUnit
  better: 'lower' | 'higher'
  /** The value of one task. */
  read: (task: ObservedTask, conditions: Conditions) => number
  /** A quantile; a mean when it is left out. */
  rank?: number
  /** How much a task weighs in the mean, 1 when it is left out; tasks without weight say nothing of the measure. */
  weigh?: (task: ObservedTask, conditions: Conditions) => number
  /** Whose a call is when only those of one module count: its own, or the module's whose failure it repeats. */
  callsOf?: 'called' | 'repeated'
  /** Tasks without such a call count as well: a module that is not called any more is called 0 times. */
  countsAll?: true
}

const millis = { unit: 'ms', better: 'lower' } as const
const share = { unit: 'share', better: 'lower' } as const
const perHour = { unit: 'per_hour', better: 'lower', countsAll: true } as const
const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)
const sumOf = (calls: readonly ObservedCall[], read: (call: ObservedCall) => number): number =>
  calls.reduce((sum, call) => sum + read(call), 0)
const countOf = (calls: readonly ObservedCall[], isCounted: (call: ObservedCall) => boolean): number =>
  calls.filter(isCounted).length

const hasSucceeded = ({ outcome }: ObservedCall): boolean => outcome === 'succeeded'
const hasTimedOut = ({ outcome }: ObservedCall): boolean => outcome === 'timed_out'
/** Calls that we ended, and refusals for want of room, say nothing of a service. */
const isJudged = (call: ObservedCall): boolean => hasSucceeded(call) || hasFailed(call)
const hasFailed = (call: ObservedCall): boolean => call.outcome === 'failed' || hasTimedOut(call)
const isRetry = ({ repeats }: ObservedCall): boolean => repeats !== null
/** Later ones come after longer delays. */
const isFirstRetry = (call: ObservedCall): boolean => isRetry(call) && call.number === 2 && isJudged(call)
const costOf = ({ costUsd }: ObservedCall): number => costUsd

const hourMs = 3_600_000
/** As the analyzer of overload has it: so near its limit an instance is full. */
const nearLimit = 0.85

const fullCalls = ({ calls }: ObservedTask, { capacity }: Conditions): ObservedCall[] =>
  calls.filter(call => hasSucceeded(call) && capacity !== null && (call.atOnce ?? 0) >= nearLimit * capacity)

const latencyOf = ({ latencyMs }: ObservedTask): number => latencyMs
const waitOf = ({ waitMs }: ObservedTask): number => waitMs
const runOf = ({ runMs }: ObservedTask): number => runMs

/** What can be measured of tasks here, by the names that findings use. A share of calls is a mean over tasks, weighted by their calls. */
const rules = {
  latency_mean: { ...millis, read: latencyOf },
  latency_p95: { ...millis, read: latencyOf, rank: 0.95 },
  wait_mean: { ...millis, read: waitOf },
  wait_p50: { ...millis, read: waitOf, rank: 0.5 },
  wait_p95: { ...millis, read: waitOf, rank: 0.95 },
  run_p50: { ...millis, read: runOf, rank: 0.5 },
  run_p95: { ...millis, read: runOf, rank: 0.95 },
  failure_share: { ...share, read: task => (task.hasFailed ? 1 : 0) },
  call_failure_share: {
    ...share,
    read: ({ calls }) => ratio(countOf(calls, hasFailed), countOf(calls, isJudged)),
    weigh: ({ calls }) => countOf(calls, isJudged),
  },
  deadline_miss_share: {
    ...share,
    read: ({ hasMissedDeadline }) => (hasMissedDeadline === true ? 1 : 0),
    weigh: ({ hasMissedDeadline }) => (hasMissedDeadline === null ? 0 : 1),
  },
  timeout_share: {
    ...share,
    read: ({ calls }) => ratio(countOf(calls, hasTimedOut), countOf(calls, isJudged)),
    weigh: ({ calls }) => countOf(calls, isJudged),
  },
  retry_success_share: {
    unit: 'share',
    better: 'higher',
    read: ({ calls }) => (calls.some(call => isFirstRetry(call) && hasSucceeded(call)) ? 1 : 0),
    weigh: ({ calls }) => countOf(calls, isFirstRetry),
    callsOf: 'repeated',
  },
  cost_usd_per_task: { unit: 'usd_per_task', better: 'lower', read: ({ calls }) => sumOf(calls, costOf) },
  // Σ calls at once / Σ time of a call: as the analyzer of overload tells it, calls at once / mean time.
  full_throughput: {
    unit: 'per_hour',
    better: 'higher',
    read: (task, conditions) => {
      const full = fullCalls(task, conditions)
      return (
        hourMs *
        ratio(
          sumOf(full, call => call.atOnce ?? 0),
          timeOf(full),
        )
      )
    },
    weigh: (task, conditions) => timeOf(fullCalls(task, conditions)),
  },
  calls_per_hour: { ...perHour, read: ({ calls }, { tasksPerHour }) => calls.length * tasksPerHour },
  retries_per_hour: {
    ...perHour,
    read: ({ calls }, { tasksPerHour }) => countOf(calls, isRetry) * tasksPerHour,
    callsOf: 'repeated',
  },
  cost_usd_per_hour: {
    ...perHour,
    unit: 'usd_per_hour',
    read: ({ calls }, { tasksPerHour }) => sumOf(calls, costOf) * tasksPerHour,
  },
} satisfies Partial<Record<FindingMeasure, MeasureRule>>

/** A call that took no time that could be measured took a millisecond. */
function timeOf(calls: readonly ObservedCall[]): number {
  return sumOf(calls, ({ durationMs }) => Math.max(1, durationMs))
}

export type ComparedMeasure = keyof typeof rules

/** What can be measured of moments: see `open-for-nothing.ts`. */
const ofMoments = { wrongly_open_share: share } satisfies Partial<Record<FindingMeasure, MeasureLook>>

/** Everything that a verdict can tell. */
export type ToldMeasure = ComparedMeasure | keyof typeof ofMoments

/** In what, and which way is better. */
type MeasureLook = Pick<MeasureRule, 'unit' | 'better'>

export function lookOf(measure: ToldMeasure): MeasureLook {
  return isCompared(measure) ? ruleOf(measure) : ofMoments[measure]
}

export function isCompared(measure: FindingMeasure): measure is ComparedMeasure {
  return Object.hasOwn(rules, measure)
}

export function ruleOf(measure: ComparedMeasure): MeasureRule {
  return rules[measure]
}
