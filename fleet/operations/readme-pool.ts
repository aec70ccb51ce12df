import { readmePattern, readPackageText } from '../shared/installed-packages.ts'
import { toPlainText } from '../shared/plain-text.ts'
import { sentencesOf } from '../shared/text.ts'

const poolSize = 48
/** How often a text that was used before makes room for another. */
const renewShare = 0.05
const maxMarkdownCharacters = 24_000
const maxTextCharacters = 12_000
const fewestSentences = 6

/**
 * Prose of READMEs of installed packages. Reading one out of its Markdown takes 20 ms, too much for each task of a burst: so
 * some are kept, used in turn at random and renewed slowly.
 */
export class ReadmePool {
  readonly #packages: readonly string[]
  readonly #texts: string[] = []

  constructor(packages: readonly string[]) {
    this.#packages = packages
  }

  /** A text of several sentences. Packages whose README has no such text are passed over. */
  async next(): Promise<string> {
    const place = Math.floor(Math.random() * poolSize)
    const known = this.#texts[place]
    if (known !== undefined && Math.random() >= renewShare) return known
    const text = await this.#read()
    if (this.#texts.length < poolSize) this.#texts.push(text)
    else this.#texts[place] = text
    return text
  }

  async #read(): Promise<string> {
    for (;;) {
      const name = this.#packages[Math.floor(Math.random() * this.#packages.length)] ?? ''
      const readme = await readPackageText(name, readmePattern, maxMarkdownCharacters)
      const text = toPlainText(readme?.text ?? '').text.slice(0, maxTextCharacters)
      if (sentencesOf(text).length >= fewestSentences) return text
    }
  }
}
