import { runModule } from '../shared/run-module.ts'
import type { Handler } from '../shared/work.ts'
import { readabilityScorer } from './declaration.ts'

const score: Handler<{ text: string }> = async ({ text }, { signal }) => {
  const { scoreReadability } = await import('./score-readability.ts')
  return scoreReadability(text, signal)
}

await runModule({ module: readabilityScorer, handlers: { 'readability.score': score } })
