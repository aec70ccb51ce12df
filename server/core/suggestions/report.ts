import type { TrackRecord } from '../../contracts/suggestions.ts'
import type { SuggestionRecord } from './suggestion-record.ts'

export interface ReportParts {
  at: string
  days: number
  /** The most urgent first. */
  waiting: readonly SuggestionRecord[]
  /** Whether more wait than are given. */
  areMoreWaiting: boolean
  judged: readonly SuggestionRecord[]
  tracks: ReadonlyMap<string, TrackRecord>
}

/** The suggestions of a tenant as Markdown: what waits, what was applied with its verdict, how analyzers did. */
export function writeReport({ at, days, waiting, areMoreWaiting, judged, tracks }: ReportParts): string {
  return [
    '# Suggestions',
    `As of ${at}; verdicts of the last ${days} days.`,
    '## Waiting for somebody',
    ...(areMoreWaiting ? [`The ${waiting.length} most urgent; there are more.`] : []),
    table(
      ['Priority', 'Suggestion', 'State', 'Expected'],
      waiting.map(record => [record.priority, record.title, record.state.status, expectedOf(record)]),
    ),
    '## Applied and judged',
    table(
      ['Suggestion', 'Applied', 'Verdict', 'What was found'],
      judged.map(record => [record.title, appliedOf(record), ...verdictOf(record)]),
    ),
    '## Analyzers',
    table(
      ['Analyzer', 'Predictions tested', 'Held', 'Trust'],
      [...tracks].map(([name, { predictions, held, trust }]) => [
        name,
        String(predictions),
        String(held),
        trust.toFixed(2),
      ]),
    ),
  ].join('\n\n')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return 'None.'
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(' | ')} |`
  return [line(head), `|${head.map(() => ' --- |').join('')}`, ...rows.map(line)].join('\n')
}

/** Text of others must not end a cell or begin markup. */
function escaped(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ').replaceAll(/[\\|<>[\]`*_]/g, character => `\\${character}`)
}

function expectedOf({ expected: [effect] }: SuggestionRecord): string {
  if (!effect) return ''
  const { measure, from, to, low, high, unit } = effect
  const [was, is, least, most] = [from, to, low, high].map(value => Number(value.toPrecision(3)))
  return `${measure.replaceAll('_', ' ')} ${was} → ${is} ${unit} (${least} to ${most})`
}

function appliedOf({ state }: SuggestionRecord): string {
  return state.status === 'judged' || state.status === 'reverted'
    ? `${state.application.at} by ${state.application.by.name}`
    : ''
}

function verdictOf({ state }: SuggestionRecord): string[] {
  const verdict = state.status === 'judged' || state.status === 'reverted' ? state.verdict : null
  const reverted = state.status === 'reverted' ? ', reverted' : ''
  return [`${verdict?.outcome ?? 'none'}${reverted}`, verdict?.words ?? '']
}
