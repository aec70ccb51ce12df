import type { TrackRecord } from '../../contracts/suggestions.ts'
import type { SuggestionRecord } from './suggestion-record.ts'

/** What is believed of intervals that nobody has tested: 95 of 100 hold, as they claim, with the weight of ten predictions. */
const prior = { held: 9.5, failed: 0.5 }
const claimed = prior.held / (prior.held + prior.failed)

/**
 * How far an analyzer's intervals can be believed: the mean of a Beta posterior, (held + 9.5) / (predictions + 10). It starts at the
 * 0.95 that they claim and moves with each prediction that was tested against what was measured after an apply.
 */
export function trackRecordOf(judged: readonly SuggestionRecord[]): Map<string, TrackRecord> {
  const counts = new Map<string, { predictions: number; held: number }>()
  for (const { origin, state } of judged) {
    if (origin.kind !== 'analyzer' || (state.status !== 'judged' && state.status !== 'reverted')) continue
    const count = counts.get(origin.analyzer) ?? { predictions: 0, held: 0 }
    for (const { predicted } of state.verdict?.effects ?? []) {
      if (predicted === null) continue
      count.predictions++
      if (predicted.isHeld) count.held++
    }
    counts.set(origin.analyzer, count)
  }
  return new Map([...counts].map(([analyzer, count]) => [analyzer, { ...count, trust: trustOf(count) }]))
}

/** Without a record. */
export const unknownTrack: TrackRecord = { predictions: 0, held: 0, trust: claimed }

function trustOf({ predictions, held }: { predictions: number; held: number }): number {
  return (held + prior.held) / (predictions + prior.held + prior.failed)
}

/** What an analyzer states of itself, lowered by how its predictions turned out; a good record never raises it. */
export function adjustedConfidence(stated: number, { trust }: TrackRecord): number {
  return stated * Math.min(1, trust / claimed)
}
