import type { TrackRecord } from '../../contracts/suggestions.ts'
import type { TestedPredictions } from './suggestion-store.ts'

/** What is believed of intervals that nobody has tested: 95 of 100 hold, as they claim, with the weight of ten predictions. */
const prior = { held: 9.5, failed: 0.5 }
const claimed = prior.held / (prior.held + prior.failed)

/**
 * How far an analyzer's intervals can be believed: the mean of a Beta posterior, (held + 9.5) / (predictions + 10). It starts at the
 * 0.95 that they claim and moves with each prediction that was tested against what was measured after an apply.
 */
export function trackRecordsOf(tested: readonly TestedPredictions[]): Map<string, TrackRecord> {
  return new Map(
    tested.map(({ analyzer, predictions, held }) => [
      analyzer,
      { predictions, held, trust: trustOf({ predictions, held }) },
    ]),
  )
}

/** Without a record. */
export const unknownTrack: TrackRecord = { predictions: 0, held: 0, trust: claimed }

function trustOf({ predictions, held }: Pick<TestedPredictions, 'predictions' | 'held'>): number {
  return (held + prior.held) / (predictions + prior.held + prior.failed)
}

/** What an analyzer states of itself, lowered by how its predictions turned out; a good record never raises it. */
export function adjustedConfidence(stated: number, { trust }: TrackRecord): number {
  return stated * Math.min(1, trust / claimed)
}
