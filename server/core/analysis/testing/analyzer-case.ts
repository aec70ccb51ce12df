import type { Finding } from '../../../contracts/findings.ts'
import { retryPolicySchema } from '../../../contracts/modules.ts'
import type { ModuleRecord } from '../../registry/module-record.ts'
import { type analyzePlan, service } from './fleet.ts'
import { around, type CallOutcome, type PlannedCall, type TrafficPlan } from './traffic.ts'

/** Recorded histories with known truth that one analyzer is tried on. */
export interface AnalyzerCase {
  analyzer: string
  /** What is wrong, and what it is in the healthy twin. */
  truth: string
  degraded: [TrafficPlan, Parameters<typeof analyzePlan>[1]?]
  healthy: [TrafficPlan, Parameters<typeof analyzePlan>[1]?]
  /** What must be proposed. */
  expected: (finding: Finding) => void
}

export const minuteMs = 60_000
export const retry = retryPolicySchema.parse({})
export const breaker = service('m').breaker

/** Six hours of 2,000 tasks an hour for the first module, unless it is changed. */
export function plan(
  modules: ModuleRecord[],
  behave: (call: PlannedCall) => CallOutcome,
  change: Partial<TrafficPlan> = {},
): TrafficPlan {
  const shares = { [modules[0]?.id ?? '']: 1 }
  return { seed: 7, hours: 6, modules, streams: [{ type: 'work', perHour: 2_000, shares }], behave, ...change }
}

/** Calls of about a second. */
export function steady({ draw }: PlannedCall): CallOutcome {
  return { durationMs: around(1_000, 0.3, draw) }
}

export function changeOf({ act }: Finding) {
  return act.change
}

/** Calls of about half a second, of which each module fails a share. */
export function failing(shares: Record<string, number>) {
  return ({ moduleId, draw }: PlannedCall): CallOutcome => ({
    durationMs: around(500, 0.3, draw),
    errorCode: draw() < (shares[moduleId] ?? 0) ? 'HTTP_409' : null,
  })
}
