import type { Estimate, RegretAnswer, RegretMetric } from '../../contracts/learning.ts'
import { studentQuantile } from '../shared/student.ts'

/** A call that could have gone to another service. */
export interface OpenCall {
  moduleId: string
  /** Of this service, above 0 and below 1. */
  probability: number
  /** All that could have been chosen, this one included; each had some probability. */
  options: readonly string[]
  rewards: Readonly<Record<RegretMetric, number>>
}

/** What a policy would have chosen for a call; null when it could not have. */
export type Policy = (call: OpenCall) => string | null

/** Effective calls without which nothing is said. */
const leastEffectiveCalls = 30

/** Whether more of it is better. */
const moreIsBetter: Readonly<Record<RegretMetric, boolean>> = { success: true, time: false, cost: false }

/** Means by service, of calls other than those they are used for. */
export type ServiceMeans = ReadonlyMap<string, number>

/**
 * The best by these means, equal ones by id: an order that came from what was done would make the policy hang on it. Null when none
 * of them is known.
 */
export function bestOf(services: Iterable<string>, means: ServiceMeans, metric: RegretMetric): string | null {
  let best: string | null = null
  let bestValue = 0
  for (const service of services) {
    const value = means.get(service)
    if (value === undefined) continue
    const gain = moreIsBetter[metric] ? value - bestValue : bestValue - value
    if (best !== null && (gain < 0 || (gain === 0 && service > best))) continue
    best = service
    bestValue = value
  }
  return best
}

/** Mean reward by service, each call by the inverse of its probability (self-normalized, Swaminathan & Joachims 2015). */
function meansOf(calls: readonly OpenCall[], metric: RegretMetric): ServiceMeans {
  const sums = new Map<string, { weight: number; sum: number }>()
  for (const { moduleId, probability, rewards } of calls) {
    const sum = sums.get(moduleId) ?? { weight: 0, sum: 0 }
    sums.set(moduleId, { weight: sum.weight + 1 / probability, sum: sum.sum + rewards[metric] / probability })
  }
  return new Map([...sums].map(([service, { weight, sum }]) => [service, sum / weight]))
}

/**
 * What a policy would have come to instead of what was done: the doubly robust estimate of Dudík, Langford & Li (2011) on a split
 * sample. Every third call serves to find what is best (`policyOf`); the others judge it. For each of those on which the policy
 * could have chosen,
 *
 *     ψ = m(π) + [chosen = π] / p × (reward - m(π))
 *
 * with m the mean of the service on the first part. Neither policy nor means have seen the calls that judge them, so ψ is unbiased
 * whatever they are, and the luck that makes a service look best never counts. (Judging each part by the other was tried: what is
 * found best on one part and what was done on it go together: 8 % of histories of equal services claimed a regret, not 2.5 %.)
 *
 * Regret is the mean of the paired differences; intervals are Student's at 95 % with Kish's effective sample size less one as
 * degrees of freedom. For shares the variance is never taken as less than Agresti & Coull's adjusted share implies, so that thirty
 * successes of thirty do not claim certainty.
 */
export function estimateRegret(
  calls: readonly OpenCall[],
  metric: RegretMetric,
  policyOf: (means: ServiceMeans) => Policy,
): RegretAnswer {
  const means = meansOf(
    calls.filter((_, index) => index % 3 === 0),
    metric,
  )
  const judging = calls.filter((_, index) => index % 3 !== 0)
  const scored = scoreCalls(judging, metric, means, policyOf(means))
  const effectiveCalls = kishSize(scored.map(({ weight }) => weight))
  if (effectiveCalls < leastEffectiveCalls) {
    return { kind: 'unknown', reason: 'too_few', effectiveCalls, needed: leastEffectiveCalls }
  }
  const sign = moreIsBetter[metric] ? 1 : -1
  const shares = metric === 'success' ? adjustedShares(scored) : null
  return {
    kind: 'estimated',
    estimate: {
      moduleId: null,
      actual: mean(scored.map(({ reward }) => reward)),
      alternative: intervalOf(
        scored.map(({ estimate }) => estimate),
        effectiveCalls,
        floorOf(scored, shares, 0),
      ),
      regret: intervalOf(
        scored.map(({ estimate, reward }) => sign * (estimate - reward)),
        effectiveCalls,
        floorOf(scored, shares, 1),
      ),
      calls: scored.length,
      effectiveCalls,
    },
  }
}

interface ScoredCall {
  /** What the policy would have chosen. */
  service: string
  reward: number
  /** ψ. */
  estimate: number
  /** 1 / p when the policy chose what was chosen, else 0. */
  weight: number
}

function scoreCalls(
  calls: readonly OpenCall[],
  metric: RegretMetric,
  means: ServiceMeans,
  policy: Policy,
): ScoredCall[] {
  const scored: ScoredCall[] = []
  for (const call of calls) {
    const wanted = policy(call)
    const expected = wanted === null ? undefined : means.get(wanted)
    if (wanted === null || expected === undefined) continue
    const reward = call.rewards[metric]
    const weight = wanted === call.moduleId ? 1 / call.probability : 0
    scored.push({ service: wanted, reward, weight, estimate: expected + weight * (reward - expected) })
  }
  return scored
}

/** How many calls of equal weight tell as much (Kish 1965): `(Σw)² / Σw²`. */
function kishSize(weights: readonly number[]): number {
  const sum = weights.reduce((total, weight) => total + weight, 0)
  const squares = weights.reduce((total, weight) => total + weight ** 2, 0)
  return squares === 0 ? 0 : sum ** 2 / squares
}

/** By service, of successes among the calls that tell of it, with two more of each kind. */
function adjustedShares(scored: readonly ScoredCall[]): ReadonlyMap<string, number> {
  const counts = new Map<string, { calls: number; successes: number }>()
  for (const { service, reward, weight } of scored) {
    if (weight === 0) continue
    const count = counts.get(service) ?? { calls: 0, successes: 0 }
    count.calls += 1
    if (reward > 0) count.successes += 1
    counts.set(service, count)
  }
  return new Map([...counts].map(([service, { calls, successes }]) => [service, (successes + 2) / (calls + 4)]))
}

/** Least variance of a mean over the calls, of which each that tells of its service enters with its weight less `paired`. */
function floorOf(scored: readonly ScoredCall[], shares: ReadonlyMap<string, number> | null, paired: 0 | 1): number {
  if (shares === null) return 0
  let sum = 0
  for (const { service, weight } of scored) {
    const share = shares.get(service) ?? 0
    if (weight > 0) sum += (weight - paired) ** 2 * share * (1 - share)
  }
  return sum / scored.length ** 2
}

function intervalOf(values: readonly number[], effectiveCalls: number, leastVariance: number): Estimate {
  const value = mean(values)
  const variance = values.reduce((sum, each) => sum + (each - value) ** 2, 0) / (values.length - 1) / values.length
  const half = studentQuantile(effectiveCalls - 1) * Math.sqrt(Math.max(variance, leastVariance))
  return { value, low: value - half, high: value + half }
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}
