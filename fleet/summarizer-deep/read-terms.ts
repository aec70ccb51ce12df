/* oxlint-disable typescript/unbound-method -- `its` of wink-nlp is a table of functions that know no `this` */
import model from 'wink-eng-lite-web-model'
import winkNLP, { type ItemToken, type TokenItsFunction } from 'wink-nlp'
import { breathe } from '../shared/work.ts'

const nlp = winkNLP(model, ['pos'])
const { its } = nlp
/** The types of wink-nlp forget one of the parameters that it is called with. */
const lemmaOf = its.lemma as unknown as TokenItsFunction<string>
/** Parts of speech that carry what a sentence is about. */
const contentTags = new Set(['NOUN', 'PROPN', 'VERB', 'ADJ'])
const sentencesPerStep = 20

/** How often a sentence has each of its terms. */
export type Terms = ReadonlyMap<string, number>

/** The lemmas of each sentence's nouns, verbs and adjectives. */
export async function readTerms(sentences: readonly string[], signal: AbortSignal): Promise<Terms[]> {
  const all: Terms[] = []
  for (const [index, sentence] of sentences.entries()) {
    if (index % sentencesPerStep === 0) await breathe(signal)
    all.push(termsOf(sentence))
  }
  return all
}

function termsOf(sentence: string): Terms {
  const terms = new Map<string, number>()
  nlp
    .readDoc(sentence)
    .tokens()
    .each((token: ItemToken) => {
      if (!contentTags.has(token.out(its.pos)) || token.out(its.stopWordFlag)) return
      const lemma = token.out(lemmaOf)
      terms.set(lemma, (terms.get(lemma) ?? 0) + 1)
    })
  return terms
}
