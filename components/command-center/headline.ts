import type { AttentionItem, QueueStats, ThroughputPoint } from '#server/contracts/stats.ts'
import { formatDuration, formatRate, plural } from '../ui/format.ts'
import { recentRates } from './recent-rates.ts'

/** What the headline is made from; a `DashboardView` has it all. */
export interface HeadlineInput {
  attention: readonly Pick<AttentionItem, 'severity' | 'since'>[]
  modules: readonly { enabled: boolean }[]
  throughput: readonly ThroughputPoint[]
  queue: Pick<QueueStats, 'ready' | 'running'>
}

/**
 * The state of the fleet in one or two sentences: what is wrong and for how long, or that all is well; then how much is
 * being done. `nowMs` is epoch milliseconds.
 */
export function headlineOf({ attention, modules, throughput, queue }: HeadlineInput, nowMs: number): string {
  if (modules.length === 0) return 'No module is registered yet, so no task can be accepted.'
  const enabled = modules.filter(module => module.enabled).length
  const { succeeded } = recentRates(throughput)
  const work =
    queue.running + queue.ready > 0 || (succeeded ?? 0) > 0
      ? `${plural(enabled, 'module')} at work, ${formatRate(succeeded)} done.`
      : `${plural(enabled, 'module')} ready for work.`
  const wrong = attention.filter(item => item.severity !== 'info')
  if (wrong.length === 0) {
    const waiting = attention.length > 0 ? `${plural(attention.length, 'notice')} for you.` : 'Nothing waits for you.'
    return `All is well. ${work} ${waiting}`
  }
  const oldest = Math.min(...wrong.map(item => new Date(item.since).getTime()))
  const age = formatDuration(Math.max(0, nowMs - oldest))
  return `${plural(wrong.length, 'thing')} wrong, ${wrong.length === 1 ? 'for' : 'the oldest for'} ${age}. ${work}`
}
