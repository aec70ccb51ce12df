import { toMoney } from '../shared/money.ts'

const msPerHour = 3_600_000
/** Assumed of a service without any history. */
const assumedMs = 1_000

/** How long a task is expected to take on a service, in seconds: the learned mean × the task's estimated complexity. */
export function expectedSeconds(meanMs: number | null, complexity: number): number {
  return ((meanMs ?? assumedMs) * complexity) / 1_000
}

/**
 * What services are compared by when cost decides: `base × (expected seconds / 3600) × (1 + utilization)`, in USD; `base` is
 * the cost per hour, utilization 0-1. A busy service counts up to twice its price, so that the cheapest does not get all the
 * work. Source: seed 001. Never used for budgets: they go by `expectedCostUsd`.
 */
export function rankingCost(costPerHourUsd: number, seconds: number, utilization: number): number {
  return costPerHourUsd * (seconds / 3_600) * (1 + utilization)
}

/** What a call is expected to cost in USD: hourly cost × expected time, whatever the load. Budgets are checked against it. */
export function expectedCostUsd(costPerHourUsd: number, meanMs: number | null, complexity: number): number {
  return rankingCost(costPerHourUsd, expectedSeconds(meanMs, complexity), 0)
}

/** What a call cost in USD: hourly cost × its duration, to ten decimals. */
export function costOfCall(costPerHourUsd: number, durationMs: number): number {
  return toMoney((costPerHourUsd * Math.max(0, durationMs)) / msPerHour)
}
