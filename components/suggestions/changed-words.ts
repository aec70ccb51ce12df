import type { SuggestionView } from '#server/contracts/suggestions.ts'
import { effectName, formatFigure } from './words.ts'

/** What somebody reads before they approve. */
export type Read = Pick<SuggestionView, 'evidenceHash' | 'configurationHash' | 'difference' | 'expected' | 'evidence'>

/** Whether what an approval is bound to is still what somebody has read. */
export function isAsRead(read: Read, present: Read): boolean {
  return read.evidenceHash === present.evidenceHash && read.configurationHash === present.configurationHash
}

/** In words, what is not as it was; the figures of the evidence are on the page. */
export function changesOf(read: Read, present: Read): string[] {
  const changes = [read, present].map(({ difference }) =>
    difference ? `${difference.from} → ${difference.to}` : 'none',
  )
  const expected = present.expected.flatMap(effect => {
    const before = read.expected.find(other => effectName(other) === effectName(effect))
    const words = [before, effect].map(each => (each ? rangeOf(each) : 'nothing'))
    return words[0] === words[1] ? [] : [`${effectName(effect)}: expected ${words[0]}, now ${words[1]}.`]
  })
  const evidence = present.evidence.flatMap(({ name, value, unit }) => {
    const before = read.evidence.find(figure => figure.name === name)
    const [was, is] = [before ? formatFigure(before.value, unit) : 'not there', formatFigure(value, unit)]
    return was === is ? [] : [`${name}: ${was}, now ${is}.`]
  })
  const named = [
    ...(changes[0] === changes[1] ? [] : [`The change: ${changes[0]}, now ${changes[1]}.`]),
    ...expected,
    ...evidence,
  ]
  if (named.length > 0) return named
  return [
    read.configurationHash === present.configurationHash
      ? 'It was found again in a newer window, with the same figures.'
      : 'Somebody has changed another setting of what it is about.',
  ]
}

function rangeOf({ to, low, high, unit }: SuggestionView['expected'][number]): string {
  return `${formatFigure(to, unit)} (${formatFigure(low, unit)} to ${formatFigure(high, unit)})`
}
