import * as stopwordLists from 'stopword'
import { ModuleError } from '../shared/module-error.ts'
import { round } from '../shared/text.ts'
import { breathe } from '../shared/work.ts'

/** Longer runs of words are half sentences. */
const longestPhrase = 3
const segmenter = new Intl.Segmenter('en', { granularity: 'word' })

export interface KeywordPayload {
  text: string
  limit?: number
  /** ISO 639-3. */
  language?: string
}

export interface KeywordFinding {
  keywords: { phrase: string; score: number; count: number }[]
  words: number
  language: string
}

/**
 * Rapid automatic keyword extraction (Rose, Engel, Cramer and Cowley, 2010): phrases are what stands between stop words and
 * punctuation; a word counts by the company it keeps over how often it occurs, a phrase by its words, and a phrase that
 * comes back counts much more. Throws ModuleError LANGUAGE_UNKNOWN when there are no stop words for the language.
 */
export async function extractKeywords(payload: KeywordPayload, signal: AbortSignal): Promise<KeywordFinding> {
  const { text, limit = 10, language = 'eng' } = payload
  const stopwords = stopwordsOf(language)
  const phrases: string[][] = []
  for (const line of text.split('\n')) {
    await breathe(signal)
    phrases.push(...phrasesOf(line, stopwords))
  }
  const wordScores = scoreWords(phrases)
  const keywords = scorePhrases(phrases, wordScores).slice(0, limit)
  return { keywords, words: phrases.reduce((sum, phrase) => sum + phrase.length, 0), language }
}

function stopwordsOf(language: string): ReadonlySet<string> {
  const list: unknown = new Map<string, unknown>(Object.entries(stopwordLists)).get(language)
  if (Array.isArray(list)) return new Set(list as string[])
  throw new ModuleError('LANGUAGE_UNKNOWN', `There are no stop words for the language ${language}.`, { status: 422 })
}

function phrasesOf(line: string, stopwords: ReadonlySet<string>): string[][] {
  const phrases: string[][] = []
  let phrase: string[] = []
  const end = () => {
    if (phrase.length > 0 && phrase.length <= longestPhrase) phrases.push(phrase)
    phrase = []
  }
  for (const { segment, isWordLike } of segmenter.segment(line)) {
    const word = segment.toLowerCase()
    if (isWordLike && /\p{L}{2}/u.test(word) && !stopwords.has(word)) phrase.push(word)
    else if (segment !== ' ' && segment !== '-') end()
  }
  end()
  return phrases
}

function scoreWords(phrases: readonly string[][]): Map<string, number> {
  const frequency = new Map<string, number>()
  const degree = new Map<string, number>()
  for (const phrase of phrases) {
    for (const word of phrase) {
      frequency.set(word, (frequency.get(word) ?? 0) + 1)
      degree.set(word, (degree.get(word) ?? 0) + phrase.length)
    }
  }
  return new Map([...degree].map(([word, sum]) => [word, sum / (frequency.get(word) ?? 1)]))
}

function scorePhrases(
  phrases: readonly string[][],
  wordScores: ReadonlyMap<string, number>,
): KeywordFinding['keywords'] {
  const found = new Map<string, { phrase: string; score: number; count: number }>()
  for (const words of phrases) {
    const phrase = words.join(' ')
    const score = words.reduce((sum, word) => sum + (wordScores.get(word) ?? 0), 0)
    const known = found.get(phrase) ?? { phrase, score, count: 0 }
    known.count += 1
    found.set(phrase, known)
  }
  return [...found.values()]
    .map(({ phrase, score, count }) => ({ phrase, count, score: round(score * count ** 1.5, 2) }))
    .sort((a, b) => b.score - a.score || a.phrase.localeCompare(b.phrase))
}
