import type { Fidelity, MeasureName } from '../../contracts/simulations.ts'
import { measureOf } from './measures.ts'
import type { Tally } from './tally.ts'

const terms: readonly MeasureName[] = [
  'wait_p50',
  'wait_p95',
  'wait_p99',
  'run_p50',
  'run_p95',
  'run_p99',
  'throughput',
  'failure_share',
]
/** Errors are relative to the recorded value, or to this when that is smaller: what nobody would notice is no error. */
const leastMs = 50
const leastShare = 0.05
const strongFrom = 0.9
const fairFrom = 0.75

/**
 * Compares the simulation of the present configuration with what was recorded: 1 - the largest of |simulated - recorded| /
 * max(recorded, floor) over quantiles of waiting and running, throughput, and the share of failures. Strong from 0.90, fair from
 * 0.75. `hours` is what either covers.
 */
export function judgeFidelity(
  recorded: Tally,
  simulated: Tally,
  hours: { recorded: number; simulated: number },
): Fidelity {
  const judged = terms.map(measure => {
    const was = measureOf(recorded, measure, hours.recorded)
    const is = measureOf(simulated, measure, hours.simulated)
    return { measure, recorded: was, simulated: is, error: Math.abs(is - was) / Math.max(was, floorOf(measure)) }
  })
  const score = Math.max(0, 1 - Math.max(...judged.map(({ error }) => error)))
  return { score, verdict: score >= strongFrom ? 'strong' : score >= fairFrom ? 'fair' : 'weak', terms: judged }
}

function floorOf(measure: MeasureName): number {
  if (measure === 'throughput') return 1
  return measure === 'failure_share' ? leastShare : leastMs
}
