import type { RoutingRule, ServiceChoice } from '../../contracts/decisions.ts'
import {
  type RegretAnswer,
  type RegretMetric,
  type RegretView,
  type RuleRegret,
  regretMetrics,
} from '../../contracts/learning.ts'
import type { DecidedCall } from './learning-store.ts'
import { bestOf, estimateRegret, type OpenCall } from './regret-estimate.ts'

interface JudgedCall extends DecidedCall {
  choice: ServiceChoice
}

/**
 * What each rule costs, by task type: what its calls came to against what always the same service, and the best of those that
 * could take each call, are estimated to have come to (`estimateRegret`). Only calls that had a chance to go elsewhere tell
 * anything; what cannot be told is said so. The most frequent rule first.
 */
export function regretOf(calls: readonly DecidedCall[], limit: number): RegretView {
  const judged = calls.flatMap(call => (call.choice === null ? [] : [{ ...call, choice: call.choice }]))
  const groups = [...Map.groupBy(judged, ({ taskType, choice }) => `${choice.rule}\n${taskType}`).values()]
  const rules = groups.flatMap(group =>
    group[0] === undefined ? [] : [ofRule(group[0].choice.rule, group[0].taskType, group)],
  )
  const since = calls.reduce((least, { dispatchedAt }) => Math.min(least, dispatchedAt), Number.POSITIVE_INFINITY)
  return {
    rules: rules.toSorted((a, b) => b.calls - a.calls || (a.taskType < b.taskType ? -1 : 1)),
    calls: calls.length,
    since: calls.length === 0 ? null : new Date(since).toISOString(),
    capped: calls.length >= limit,
    withoutProbability: calls.length - judged.length,
  }
}

function ofRule(rule: RoutingRule, taskType: string, calls: readonly JudgedCall[]): RuleRegret {
  const open = calls.filter(isOpen).map(toOpenCall)
  return {
    rule,
    taskType,
    calls: calls.length,
    explored: calls.filter(({ choice }) => choice.isExplored).length,
    withChoice: open.length,
    actual: byMetric(metric => calls.reduce((sum, call) => sum + rewardsOf(call)[metric], 0) / calls.length),
    againstBestService: byMetric(metric => againstBestService(open, metric)),
    againstBestChoice: byMetric(metric => againstBestChoice(open, metric)),
  }
}

/** Always the service that is best in the metric, on the calls that it could have taken. */
function againstBestService(open: readonly OpenCall[], metric: RegretMetric): RegretAnswer {
  if (open.length === 0) return { kind: 'unknown', reason: 'no_choice' }
  let best: string | null = null
  const answer = estimateRegret(open, metric, means => {
    best = bestOf(means.keys(), means, metric)
    return ({ options }) => (best !== null && options.includes(best) ? best : null)
  })
  return answer.kind === 'unknown' ? answer : { kind: 'estimated', estimate: { ...answer.estimate, moduleId: best } }
}

/** For each call the best of the services that could have taken it. */
function againstBestChoice(open: readonly OpenCall[], metric: RegretMetric): RegretAnswer {
  if (open.length === 0) return { kind: 'unknown', reason: 'no_choice' }
  return estimateRegret(
    open,
    metric,
    means =>
      ({ options }) =>
        bestOf(options, means, metric),
  )
}

/** Whether it could have gone to another service. */
function isOpen({ choice }: JudgedCall): boolean {
  return choice.probability > 0 && choice.probability < 1
}

function toOpenCall(call: JudgedCall): OpenCall {
  const { moduleId, fallbacks, choice } = call
  return { moduleId, probability: choice.probability, options: [moduleId, ...fallbacks], rewards: rewardsOf(call) }
}

function rewardsOf({ ok, durationMs, costUsd }: DecidedCall): Record<RegretMetric, number> {
  return { success: ok ? 1 : 0, time: durationMs, cost: costUsd }
}

function byMetric<Value>(valueOf: (metric: RegretMetric) => Value): Record<RegretMetric, Value> {
  return Object.fromEntries(regretMetrics.map(metric => [metric, valueOf(metric)])) as Record<RegretMetric, Value>
}
