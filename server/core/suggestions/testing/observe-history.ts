import { gatherEvidence } from '../../analysis/gather-evidence.ts'
import type { ConfigurationSnapshot } from '../../changes/configuration-snapshot.ts'
import type { RecordedHistory } from '../../simulator/recorded-history.ts'
import type { ObservedTask } from '../verdict/measures.ts'

const hourMs = 3_600_000

/** What the verdict would read of a recorded history, calls at the prices of the snapshot. */
export function observeHistory(history: RecordedHistory, snapshot: ConfigurationSnapshot): ObservedTask[] {
  const prices = new Map(snapshot.modules.map(({ id, costPerHourUsd }) => [id, costPerHourUsd]))
  return gatherEvidence({ history, breakerChanges: [] }, snapshot)
    .tasks.filter(({ status }) => status !== 'cancelled')
    .map(({ type, acceptedAt, dueAt, finishedAt, deadline, status, calls }) => {
      const startedAt = calls[0]?.at ?? finishedAt
      return {
        type,
        acceptedAt,
        waitMs: startedAt - dueAt,
        runMs: finishedAt - startedAt,
        latencyMs: finishedAt - dueAt,
        hasFailed: status !== 'succeeded',
        hasMissedDeadline: deadline === null ? null : status === 'expired' || finishedAt > deadline,
        calls: calls.map(({ number, moduleId, instanceId, outcome, waitMs, durationMs, inFlight, retryOf }) => ({
          number,
          moduleId,
          instanceId,
          outcome,
          waitMs,
          durationMs,
          costUsd: ((prices.get(moduleId) ?? 0) * durationMs) / hourMs,
          atOnce: inFlight === null ? null : inFlight + 1,
          repeats: retryOf,
        })),
      }
    })
}
