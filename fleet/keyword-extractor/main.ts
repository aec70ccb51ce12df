import { runModule } from '../shared/run-module.ts'
import type { Handler } from '../shared/work.ts'
import { keywordExtractor } from './declaration.ts'
import type { KeywordPayload } from './extract-keywords.ts'

const extract: Handler<KeywordPayload> = async (payload, { signal }) => {
  const { extractKeywords } = await import('./extract-keywords.ts')
  return extractKeywords(payload, signal)
}

await runModule({ module: keywordExtractor, handlers: { 'keywords.extract': extract } })
