import { stemmer } from 'stemmer'
import { eng } from 'stopword'
import { round, wordsOf } from './text.ts'

export interface SummaryPayload {
  text: string
  /** How many sentences to keep. */
  sentences?: number
}

export interface Summary {
  /** The chosen sentences in the order of the text. */
  summary: string
  sentences: { text: string; position: number; score: number }[]
  method: string
  /** Sentences and characters of the whole text. */
  sentencesRead: number
  charactersRead: number
  /** Share of what the text is about that the summary mentions, 0-1: measured alike for every summarizer. */
  coverage: number
}

export const defaultSentences = 3

const stopwords = new Set(eng)

/** Stems of the words that carry meaning, in order. */
export function contentStems(text: string): string[] {
  return wordsOf(text.toLowerCase())
    .filter(word => word.length > 2 && !stopwords.has(word))
    .map(word => stemmer(word))
}

/** A sentence that was chosen, by its place in the text. */
export interface Choice {
  position: number
  score: number
}

/** Puts the chosen sentences of a text together. */
export function composeSummary(
  text: string,
  sentences: readonly string[],
  choices: readonly Choice[],
  method: string,
): Summary {
  const chosen = [...choices]
    .sort((a, b) => a.position - b.position)
    .map(({ position, score }) => ({ text: sentences[position] ?? '', position, score: round(score, 4) }))
  const summary = chosen.map(sentence => sentence.text).join(' ')
  return {
    summary,
    sentences: chosen,
    method,
    sentencesRead: sentences.length,
    charactersRead: text.length,
    coverage: round(coverageOf(text, summary), 4),
  }
}

/** The share of the text's content, each stem weighed by how often the text uses it, whose stem the summary uses too. */
function coverageOf(text: string, summary: string): number {
  const mentioned = new Set(contentStems(summary))
  const stems = contentStems(text)
  return stems.length === 0 ? 0 : stems.filter(stem => mentioned.has(stem)).length / stems.length
}
