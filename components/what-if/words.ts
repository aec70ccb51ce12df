import type { Effect, Fidelity, MeasureName, NoClaimReason } from '#server/contracts/simulations.ts'
import { formatCount, formatMs, formatPercent, formatShareSize, formatSigned, formatUsd } from '../ui/format.ts'
import type { Tone } from '../ui/status.ts'

export const measureWords: Readonly<Record<MeasureName, string>> = {
  wait_mean: 'Wait, mean',
  wait_p50: 'Wait, half of tasks',
  wait_p95: 'Wait, 95 of 100',
  wait_p99: 'Wait, 99 of 100',
  run_p50: 'Run, half of tasks',
  run_p95: 'Run, 95 of 100',
  run_p99: 'Run, 99 of 100',
  latency_mean: 'Accepted to done, mean',
  latency_p95: 'Accepted to done, 95 of 100',
  throughput: 'Succeeded per hour',
  failure_share: 'Failed',
  cost_usd_per_task: 'Cost per task',
  cost_usd_per_hour: 'Cost per hour',
}

export const noClaimWords: Readonly<Record<NoClaimReason, string>> = {
  weak_backtest: 'too far from what was recorded',
  too_few_tasks: 'too little of the window has tasks',
  within_noise: 'no more than chance',
  within_backtest_error: 'smaller than the simulation’s own error',
}

export const verdictLooks: Readonly<Record<Fidelity['verdict'], { label: string; tone: Tone; meaning: string }>> = {
  strong: {
    label: 'Strong',
    tone: 'ok',
    meaning: 'The simulation of what is configured now comes close to what was recorded.',
  },
  fair: {
    label: 'Fair',
    tone: 'warn',
    meaning:
      'The simulation of what is configured now comes roughly to what was recorded. Large differences mean something, small ones do not.',
  },
  weak: {
    label: 'Weak',
    tone: 'bad',
    meaning:
      'The simulation of what is configured now differs from what was recorded, so nothing is claimed. The configuration may have changed within the window.',
  },
}

export function formatMeasure(measure: MeasureName, value: number): string {
  switch (measure) {
    case 'throughput':
      return formatCount(Math.round(value))
    case 'failure_share':
      return formatPercent(value)
    case 'cost_usd_per_task':
    case 'cost_usd_per_hour':
      return formatUsd(value)
    default:
      return formatMs(value)
  }
}

/** `−1.2 s`: a difference has a sign. */
export function formatDifference(measure: MeasureName, value: number): string {
  return formatSigned(value, size =>
    measure === 'failure_share' ? formatShareSize(size) : formatMeasure(measure, size),
  )
}

export function formatInterval({ measure, interval }: Effect): string {
  if (interval === null) return 'not known'
  return `${formatDifference(measure, interval[0])} to ${formatDifference(measure, interval[1])}`
}
