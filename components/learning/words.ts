import type { RoutingRule } from '#server/contracts/decisions.ts'
import type { RegretMetric, ServiceGoal, TrendVerdict } from '#server/contracts/learning.ts'
import type { Pattern, PatternTrait } from '#server/contracts/memory.ts'
import { formatBytes, formatMs, formatPercent, formatUsd, plural } from '../ui/format.ts'

/** What decided, in a word or two and in a sentence. */
export const ruleWords: Record<RoutingRule, { label: string; meaning: string }> = {
  score: { label: 'Best score', meaning: 'The service with the best score that can take the call.' },
  cost: { label: 'Cheapest as good', meaning: 'The cheapest of the services that succeed as often as the best.' },
  type_pin: { label: 'Pin of the type', meaning: 'The service that operators pinned the type to.' },
  task_pin: { label: 'Pin of the task', meaning: 'The module that the task names.' },
  fallback: { label: 'Fallback', meaning: 'What is left after another service failed the task.' },
}

/** What the services of a type are compared by most. */
export const goalWords: Record<ServiceGoal, string> = {
  balanced: 'Balanced',
  speed: 'Speed',
  cost: 'Cost',
  quality: 'Quality',
}

export const goalMeanings: Record<ServiceGoal, string> = {
  balanced: 'success first, then speed and cost',
  speed: 'the fastest that succeeds',
  cost: 'the cheapest that succeeds',
  quality: 'the share of successes, whatever it takes',
}

export const trendWords: Record<TrendVerdict, string> = {
  better: 'Better',
  steady: 'Steady',
  worse: 'Worse',
  unknown: 'Too few',
}

export const metricWords: Record<RegretMetric, string> = {
  success: 'Success',
  time: 'Time of a call',
  cost: 'Cost of a call',
}

/** A figure of a metric; shares with their sign go by percentage points. */
export function formatMetric(metric: RegretMetric, value: number): string {
  if (metric === 'success') return formatPercent(value)
  return metric === 'time' ? formatMs(value) : formatUsd(value)
}

/** A difference in a metric with its sign. */
export function formatDifference(metric: RegretMetric, value: number): string {
  const sign = value < 0 ? '−' : '+'
  const size = Math.abs(value)
  if (metric === 'success') return `${sign}${(size * 100).toFixed(1)} pp`
  return `${sign}${metric === 'time' ? formatMs(size) : formatUsd(size)}`
}

/** What calls have in common, as in "Calls …". */
export function describeTrait(trait: PatternTrait): string {
  switch (trait.kind) {
    case 'service':
      return `on ${trait.moduleId}`
    case 'hour':
      return `from ${trait.hour}:00 to ${trait.hour}:59 UTC`
    case 'payload_has':
      return `with the field ${trait.field}`
    case 'payload_lacks':
      return `without the field ${trait.field}`
    case 'payload_value':
      return `with ${trait.field} = ${JSON.stringify(trait.value)}`
    case 'payload_size':
      return trait.to === null
        ? `with a payload of ${formatBytes(trait.from)} or more`
        : `with a payload of ${formatBytes(trait.from)} to ${formatBytes(trait.to)}`
    case 'attempt':
      return `that are attempt ${trait.number}`
    case 'priority':
      return `of priority ${trait.number}`
  }
}

/** A pattern in a sentence. */
export function describePattern({ effect, trait, rate, baseRate, lift, support }: Pattern): string {
  const what = effect === 'failure' ? 'fail' : 'are slow'
  return `Calls ${describeTrait(trait)} ${what} ${lift.toFixed(1)} times as often: ${formatPercent(rate)} of ${plural(support, 'call')}, against ${formatPercent(baseRate)} of all.`
}
