import { ModuleError } from '../shared/module-error.ts'
import { type Choice, composeSummary, defaultSentences, type Summary, type SummaryPayload } from '../shared/summary.ts'
import { sentencesOf } from '../shared/text.ts'
import { rankSentences } from './rank-sentences.ts'
import { readTerms } from './read-terms.ts'
import { similarityMatrix } from './similarity-matrix.ts'

/** How much relevance counts against novelty when the next sentence is chosen. */
const relevanceWeight = 0.6

/**
 * Extracts the sentences that the others support most (LexRank; Erkan and Radev, 2004, on lemmas of content words), one by one
 * with what was said already discounted (maximal marginal relevance; Carbonell and Goldstein, 1998). Quadratic in the number
 * of sentences; pauses for its caller in between. Throws ModuleError TEXT_TOO_SHORT.
 */
export async function summarizeDeep(payload: SummaryPayload, signal: AbortSignal): Promise<Summary> {
  const { text, sentences: wanted = defaultSentences } = payload
  const sentences = sentencesOf(text)
  if (sentences.length === 0)
    throw new ModuleError('TEXT_TOO_SHORT', 'There is no whole sentence to keep.', { status: 422 })
  const terms = await readTerms(sentences, signal)
  const similarity = await similarityMatrix(terms, signal)
  const ranks = await rankSentences(similarity, signal)
  return composeSummary(text, sentences, chooseDiverse(ranks, similarity, wanted), 'lexrank-mmr')
}

function chooseDiverse(ranks: Float64Array, similarity: readonly Float64Array[], wanted: number): Choice[] {
  const highest = Math.max(...ranks)
  const chosen: Choice[] = []
  const left = new Set(ranks.keys())
  while (chosen.length < wanted && left.size > 0) {
    let best: Choice = { position: -1, score: Number.NEGATIVE_INFINITY }
    for (const position of left) {
      const repeated = Math.max(0, ...chosen.map(choice => similarity[position]?.[choice.position] ?? 0))
      const score = (relevanceWeight * (ranks[position] ?? 0)) / highest - (1 - relevanceWeight) * repeated
      if (score > best.score) best = { position, score }
    }
    chosen.push(best)
    left.delete(best.position)
  }
  return chosen
}
