import { francAll } from 'franc'
import { round } from '../shared/text.ts'
import { breathe } from '../shared/work.ts'

/** Neighbouring trigrams settle a language within this much text; more would only take longer. */
const charactersRead = 4_000
/** From this lead over the next language on, and this length, others have no say. */
const reliableMargin = 0.004
const reliableCharacters = 60

export interface LanguageFinding {
  /** ISO 639-3; null when the text does not tell. */
  language: string | null
  /** English name of the language. */
  name: string | null
  reliable: boolean
  /** Lead of the language over the next likely one, 0-1. Related languages are close: 0.01 is much. */
  margin: number
  alternatives: { language: string; name: string | null; score: number }[]
  characters: number
}

const names = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' })

/** Guesses the language of a text by its trigrams and scripts. */
export async function detectLanguage(text: string, signal: AbortSignal): Promise<LanguageFinding> {
  await breathe(signal)
  const sample = text.slice(0, charactersRead)
  const [first, ...others] = francAll(sample, { minLength: 8 })
  const language = first === undefined || first[0] === 'und' ? null : first[0]
  const margin = language === null ? 0 : 1 - (others[0]?.[1] ?? 0)
  return {
    language,
    name: language === null ? null : nameOf(language),
    reliable: margin >= reliableMargin && sample.length >= reliableCharacters,
    margin: round(margin, 4),
    alternatives: others
      .slice(0, 3)
      .map(([other, score]) => ({ language: other, name: nameOf(other), score: round(score, 4) })),
    characters: text.length,
  }
}

function nameOf(language: string): string | null {
  return names.of(language) ?? null
}
