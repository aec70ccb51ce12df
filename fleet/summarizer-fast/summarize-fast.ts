import { ModuleError } from '../shared/module-error.ts'
import {
  type Choice,
  composeSummary,
  contentStems,
  defaultSentences,
  type Summary,
  type SummaryPayload,
} from '../shared/summary.ts'
import { sentencesOf } from '../shared/text.ts'
import { breathe } from '../shared/work.ts'

/** The opening of a text usually says what it is about. */
const openingBonus = 1.25
/** Below this many content words a sentence says too little to stand alone. */
const fewestStems = 4

/**
 * Extracts sentences by the frequency of their words (SumBasic; Nenkova and Vanderwende, 2005), without its second step of
 * discounting what was said: each sentence is scored once. Throws ModuleError TEXT_TOO_SHORT.
 */
export async function summarizeFast(payload: SummaryPayload, signal: AbortSignal): Promise<Summary> {
  const { text, sentences: wanted = defaultSentences } = payload
  const sentences = sentencesOf(text)
  if (sentences.length === 0)
    throw new ModuleError('TEXT_TOO_SHORT', 'There is no whole sentence to keep.', { status: 422 })
  await breathe(signal)
  const stems = sentences.map(contentStems)
  const choices = scoreByFrequency(stems).sort((a, b) => b.score - a.score || a.position - b.position)
  return composeSummary(text, sentences, choices.slice(0, wanted), 'word-frequency')
}

function scoreByFrequency(sentences: readonly string[][]): Choice[] {
  const frequency = new Map<string, number>()
  let total = 0
  for (const stem of sentences.flat()) {
    frequency.set(stem, (frequency.get(stem) ?? 0) + 1)
    total += 1
  }
  return sentences.map((stems, position) => {
    const sum = stems.reduce((part, stem) => part + (frequency.get(stem) ?? 0) / total, 0)
    const mean = sum / Math.max(stems.length, fewestStems)
    return { position, score: position === 0 ? mean * openingBonus : mean }
  })
}
