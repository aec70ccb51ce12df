import { runModule } from '../shared/run-module.ts'
import type { SummaryPayload } from '../shared/summary.ts'
import type { Handler } from '../shared/work.ts'
import { summarizerFast } from './declaration.ts'

const summarize: Handler<SummaryPayload> = async (payload, { signal }) => {
  const { summarizeFast } = await import('./summarize-fast.ts')
  return summarizeFast(payload, signal)
}

await runModule({ module: summarizerFast, handlers: { 'text.summarize': summarize } })
