import type { ExpectedEffect, FindingMeasure, FindingUnit } from '#server/contracts/findings.ts'
import type { MeasuredEffect, SuggestionOrigin, Verdict } from '#server/contracts/suggestions.ts'
import { formatCount, formatMs, formatPercent, formatShareSize, formatSigned, formatUsd } from '../ui/format.ts'
import { measureWords } from '../what-if/words.ts'

/** A figure of evidence with its unit. */
export function formatFigure(value: number, unit: FindingUnit): string {
  switch (unit) {
    case 'ms':
      return formatMs(value)
    case 'share':
      return formatPercent(value)
    case 'usd_per_hour':
      return `${formatUsd(value)} an hour`
    case 'usd_per_call':
      return `${formatUsd(value)} a call`
    case 'usd_per_task':
      return `${formatUsd(value)} a task`
    case 'per_hour':
      return `${formatNumber(value)} an hour`
    case 'times':
      return `${formatNumber(value)}×`
    case 'in_flight':
      return `${formatNumber(value)} at once`
    case 'calls':
    case 'tasks':
    case 'instances':
      return `${formatNumber(value)} ${unit}`
  }
}

/** A difference, with its sign. */
export function formatChange(value: number, unit: FindingUnit): string {
  return formatSigned(value, size => (unit === 'share' ? formatShareSize(size) : formatFigure(size, unit)))
}

/** A measure in words, with what it is told of: `Wait, mean · instance a of Extractor`. */
export function effectName({ measure, of, errorCode }: Pick<ExpectedEffect, 'measure' | 'of' | 'errorCode'>): string {
  const after = errorCode === undefined ? '' : ` after ${errorCode}`
  return `${measureName(measure)}${after}${of === undefined ? '' : ` · ${of.name}`}`
}

/** `latency_p95` in words. */
function measureName(measure: FindingMeasure): string {
  const own = ownNames[measure]
  if (own !== undefined) return own
  const words = measure
    .replace(/_p(\d\d)$/, ', $1 of 100')
    .replace(/_mean$/, ', mean')
    .replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** Where the name alone does not say it. */
const ownNames: Partial<Record<FindingMeasure, string>> = {
  full_throughput: 'Throughput when full',
  wrongly_open_share: 'Time that its breakers were open for nothing',
  wasted_calls_per_hour: 'Calls that failed when it was clear that it was broken',
  call_failure_share: 'Share of calls that failed',
  retry_success_share: 'Share of first retries that succeeded',
  cost_usd_per_task: measureWords.cost_usd_per_task,
  cost_usd_per_hour: measureWords.cost_usd_per_hour,
}

/** What was compared with what, and how much of it was read. */
export function comparedWords({ matchedShare, readShares }: Verdict): string {
  if (matchedShare === null) return ''
  const matched = `Of the tasks since, ${formatPercent(matchedShare)} have a counterpart before, of the same type at the same hour; those before are weighted to the mix of those since.`
  if (!readShares || Math.min(readShares.before, readShares.after) >= 1) return matched
  const { before, after } = readShares
  return `${matched} There were more: ${formatPercent(before)} of those before and ${formatPercent(after)} of those since were read, drawn evenly.`
}

/** Why a difference was found none though its interval leaves out zero; nothing where there is no such difference. */
export function decidingWords(effects: readonly Pick<MeasuredEffect, 'found' | 'low' | 'high'>[]): string {
  const isUnsure = effects.some(({ found, low, high }) => found === 'no_difference' && (low > 0 || high < 0))
  return isUnsure
    ? 'A difference counts only when it is as sure for all measures together, and at least 5 % of the value before (half a point for shares of tasks).'
    : ''
}

/** Who a suggestion comes from; analyzers by the names they are given, or by their id. */
export function originName(origin: SuggestionOrigin, names: ReadonlyMap<string, string> = new Map()): string {
  switch (origin.kind) {
    case 'analyzer':
      return names.get(origin.analyzer) ?? analyzerName(origin.analyzer)
    case 'proposal':
      return `Proposed by ${origin.by.name}`
    case 'verdict':
      return 'Drafted from a verdict'
  }
}

/** The id of an analyzer, or of what stands for one in filters, as a name. */
export function analyzerName(id: string): string {
  const name = { person: 'Proposed by hand', verdict: 'Drafted reverts' }[id] ?? id.replaceAll(/[-_]/g, ' ')
  return name.charAt(0).toUpperCase() + name.slice(1)
}

function formatNumber(value: number): string {
  return Math.abs(value) >= 10 || Number.isInteger(value) ? formatCount(Math.round(value)) : value.toPrecision(2)
}
