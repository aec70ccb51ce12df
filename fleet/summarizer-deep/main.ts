import { runModule } from '../shared/run-module.ts'
import type { SummaryPayload } from '../shared/summary.ts'
import type { Handler } from '../shared/work.ts'
import { summarizerDeep } from './declaration.ts'

const summarize: Handler<SummaryPayload> = async (payload, { signal }) => {
  const { summarizeDeep } = await import('./summarize-deep.ts')
  return summarizeDeep(payload, signal)
}

await runModule({ module: summarizerDeep, handlers: { 'text.summarize': summarize } })
