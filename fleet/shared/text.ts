const sentenceSegmenter = new Intl.Segmenter('en', { granularity: 'sentence' })
const wordSegmenter = new Intl.Segmenter('en', { granularity: 'word' })

/** A sentence has at least this many words; anything shorter is a heading or a label. */
const wordsPerSentence = 4

/** Words of a text, in order, as they are written. Numbers and punctuation are no words. */
export function wordsOf(text: string): string[] {
  const words: string[] = []
  for (const { segment, isWordLike } of wordSegmenter.segment(text)) {
    if (isWordLike && /\p{L}/u.test(segment)) words.push(segment)
  }
  return words
}

/** Sentences of a text, in order. A sentence never runs over the end of a line, so that headings stay out of paragraphs. */
export function sentencesOf(text: string): string[] {
  const sentences: string[] = []
  for (const line of text.split('\n')) {
    for (const { segment } of sentenceSegmenter.segment(line)) {
      const sentence = segment.replace(/\s+/g, ' ').trim()
      if (sentence.split(' ', wordsPerSentence).length === wordsPerSentence) sentences.push(sentence)
    }
  }
  return sentences
}

/** Rounds for people and for short JSON. */
export function round(value: number, digits: number): number {
  const factor = 10 ** digits
  return Math.round(value * factor) / factor
}
