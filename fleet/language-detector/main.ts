import { runModule } from '../shared/run-module.ts'
import type { Handler } from '../shared/work.ts'
import { languageDetector } from './declaration.ts'

const detect: Handler<{ text: string }> = async ({ text }, { signal }) => {
  const { detectLanguage } = await import('./detect-language.ts')
  return detectLanguage(text, signal)
}

await runModule({ module: languageDetector, handlers: { 'language.detect': detect } })
