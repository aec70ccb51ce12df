import type { MeasuredEffect, SuggestionView } from '#server/contracts/suggestions.ts'
import { comparedWords, decidingWords, effectName, formatChange, formatFigure, originName } from './words.ts'

/** One suggestion as Markdown: what it stands on, what it would change, what became of it, and who did what. */
export function writeMarkdown(suggestion: SuggestionView): string {
  const { title, priority, state, origin, difference, act, evidence, expected, history } = suggestion
  // What was applied, not what would be: the setting is like that already.
  const change = 'application' in state ? state.application.difference : difference
  const verdict = state.status === 'judged' || state.status === 'reverted' ? state.verdict : null
  const sections = [
    `# ${escaped(title)}`,
    `${priority} priority, ${state.status}. ${escaped(originName(origin))}.`,
    ...(act.kind === 'advice' ? ['## What to do', escaped(act.todo)] : []),
    ...(change ? ['## Change', escaped(`${change.subject}: ${change.from} → ${change.to}`)] : []),
    ...listOf(
      'Expected',
      expected.map(
        ({ unit, from, to, low, high, ...effect }) =>
          `${effectName(effect)}: ${formatFigure(from, unit)} → ${formatFigure(to, unit)} (${formatFigure(low, unit)} to ${formatFigure(high, unit)})`,
      ),
    ),
    ...listOf(
      'Evidence',
      evidence.map(
        ({ name, value, unit, sampleSize }) => `${name}: ${formatFigure(value, unit)} (sample ${sampleSize})`,
      ),
    ),
    ...(verdict ? ['## Verdict', escaped(`${verdict.outcome}: ${verdict.words}`)] : []),
    ...listOf(
      'Measured',
      (verdict?.effects ?? []).map(
        ({ unit, before, after, low, high, predicted, samplesBefore, samplesAfter, ...effect }) =>
          `${effectName(effect)}: ${formatFigure(before, unit)} → ${formatFigure(after, unit)} (difference ${formatChange(low, unit)} to ${formatChange(high, unit)}, told from ${samplesBefore} before and ${samplesAfter} since)${predictedWords(predicted, unit)}`,
      ),
    ),
    ...(verdict && verdict.effects.length > 0
      ? [escaped(`${comparedWords(verdict)} ${decidingWords(verdict.effects)}`.trim())]
      : []),
    ...listOf(
      'History',
      history.map(({ at, by, act: what, note }) => `${at} ${what} by ${by.name}${note === '' ? '' : `: ${note}`}`),
    ),
  ]
  return `${sections.join('\n\n')}\n`
}

/** Whether what was predicted held. */
function predictedWords(predicted: MeasuredEffect['predicted'], unit: MeasuredEffect['unit']): string {
  if (predicted === null) return ''
  const { low, high, isHeld } = predicted
  return `; predicted ${formatFigure(low, unit)} to ${formatFigure(high, unit)}, which ${isHeld ? 'held' : 'did not hold'}`
}

function listOf(heading: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`## ${heading}`, lines.map(line => `- ${escaped(line)}`).join('\n')]
}

/** What others wrote must not begin markup of its own. */
function escaped(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ').replaceAll(/[\\|<>[\]`*_]/g, character => `\\${character}`)
}
