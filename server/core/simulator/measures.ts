import type { MeasureName } from '../../contracts/simulations.ts'
import { assertNever } from '../shared/assert-never.ts'
import type { Tally } from './tally.ts'

/** Reads one measure off a tally that covers `hours` of the window, seeds added up. */
export function measureOf(tally: Tally, measure: MeasureName, hours: number): number {
  switch (measure) {
    case 'wait_mean':
      return tally.wait.mean
    case 'wait_p50':
      return tally.wait.quantile(0.5)
    case 'wait_p95':
      return tally.wait.quantile(0.95)
    case 'wait_p99':
      return tally.wait.quantile(0.99)
    case 'run_p50':
      return tally.run.quantile(0.5)
    case 'run_p95':
      return tally.run.quantile(0.95)
    case 'run_p99':
      return tally.run.quantile(0.99)
    case 'latency_mean':
      return tally.latency.mean
    case 'latency_p95':
      return tally.latency.quantile(0.95)
    case 'throughput':
      return hours > 0 ? tally.succeeded / hours : 0
    case 'failure_share':
      return tally.failureShare
    case 'cost_usd_per_task':
      return tally.ended > 0 ? tally.costUsd / tally.ended : 0
    case 'cost_usd_per_hour':
      return hours > 0 ? tally.costUsd / hours : 0
    default:
      return assertNever(measure)
  }
}

/** Whether less of it is better. */
export function isLessBetter(measure: MeasureName): boolean {
  return measure !== 'throughput'
}
