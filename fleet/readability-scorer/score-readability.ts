import { syllable } from 'syllable'
import { ModuleError } from '../shared/module-error.ts'
import { round, sentencesOf, wordsOf } from '../shared/text.ts'
import { breathe } from '../shared/work.ts'

const wordsPerMinute = 238
const sentencesPerStep = 40

export interface Readability {
  words: number
  sentences: number
  syllables: number
  /** Words of three syllables and more. */
  complexWords: number
  /** 0 (nobody) to 100 (everybody) for most texts. */
  fleschReadingEase: number
  /** The next four are years of school. */
  fleschKincaidGrade: number
  gunningFog: number
  smog: number
  automatedReadability: number
  band: 'very easy' | 'easy' | 'plain' | 'fairly hard' | 'hard' | 'very hard'
  readingMinutes: number
  hardestWords: string[]
}

interface Counts {
  words: number
  sentences: number
  syllables: number
  complexWords: number
  letters: number
}

/** Throws ModuleError TEXT_TOO_SHORT when there is no whole sentence. */
export async function scoreReadability(text: string, signal: AbortSignal): Promise<Readability> {
  const sentences = sentencesOf(text)
  const counts: Counts = { words: 0, sentences: sentences.length, syllables: 0, complexWords: 0, letters: 0 }
  const syllablesByWord = new Map<string, number>()
  for (const [index, sentence] of sentences.entries()) {
    if (index % sentencesPerStep === 0) await breathe(signal)
    for (const word of wordsOf(sentence)) {
      const syllables = syllablesByWord.get(word) ?? syllable(word)
      syllablesByWord.set(word, syllables)
      counts.words += 1
      counts.letters += word.length
      counts.syllables += syllables
      if (syllables >= 3) counts.complexWords += 1
    }
  }
  if (counts.words === 0)
    throw new ModuleError('TEXT_TOO_SHORT', 'There is no whole sentence to score.', { status: 422 })
  const { letters: _, ...shown } = counts
  return { ...shown, ...applyFormulas(counts), hardestWords: hardestOf(syllablesByWord) }
}

/**
 * Flesch 1948; Kincaid et al. 1975 (grade and automated readability index); Gunning 1952; McLaughlin 1969, whose formula is
 * scaled to 30 sentences. Reading time after Brysbaert 2019.
 */
function applyFormulas({ words, sentences, syllables, complexWords, letters }: Counts) {
  const perSentence = words / sentences
  const perWord = syllables / words
  const ease = 206.835 - 1.015 * perSentence - 84.6 * perWord
  return {
    fleschReadingEase: round(ease, 1),
    fleschKincaidGrade: round(0.39 * perSentence + 11.8 * perWord - 15.59, 1),
    gunningFog: round(0.4 * (perSentence + (100 * complexWords) / words), 1),
    smog: round(1.043 * Math.sqrt((complexWords * 30) / sentences) + 3.1291, 1),
    automatedReadability: round(4.71 * (letters / words) + 0.5 * perSentence - 21.43, 1),
    band: bandOf(ease),
    readingMinutes: round(words / wordsPerMinute, 1),
  }
}

function bandOf(ease: number): Readability['band'] {
  if (ease >= 80) return 'very easy'
  if (ease >= 70) return 'easy'
  if (ease >= 60) return 'plain'
  if (ease >= 50) return 'fairly hard'
  return ease >= 30 ? 'hard' : 'very hard'
}

function hardestOf(syllablesByWord: ReadonlyMap<string, number>): string[] {
  return [...syllablesByWord]
    .filter(([, syllables]) => syllables >= 4)
    .sort(([a, more], [b, less]) => less - more || a.localeCompare(b))
    .slice(0, 8)
    .map(([word]) => word)
}
