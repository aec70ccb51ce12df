import type { RecordedHistory } from './recorded-history.ts'

/** Longer waits are queues, which are simulated. */
const mostMs = 50
/** Fewer waits say nothing of the fastest. */
const leastWaits = 20
const fastShare = 0.05

/**
 * How long tasks wait at least, in ms, because the database takes its time to take them in and to hand them out: the 5th percentile
 * of the recorded waits for a first call, 50 at most. Simulated tasks are in memory, where they would wait less than any ever did.
 */
export function storeDelayOf(history: RecordedHistory): number {
  const waits = history.tasks.flatMap(({ attempts: [first] }) => (first ? [first.dispatchedAt - first.enqueuedAt] : []))
  if (waits.length < leastWaits) return 0
  const fast = Float64Array.from(waits).sort()[Math.floor(fastShare * waits.length)] ?? 0
  return Math.min(mostMs, Math.max(0, fast))
}
