import type { BreakerView } from '../../contracts/breakers.ts'

/** A breaker that keeps calls away though nothing is on its way that could close it. */
export interface StuckBreaker {
  moduleId: string
  instanceId: string
  /** Since when the probe is overdue. */
  overdueSince: string
  reason: string
}

/** How late a probe may be before it counts as missing: timers of a busy process are late, never this late. */
export const probeGraceMs = 10_000

/**
 * Breakers that are stuck: open, not held by an operator, and their probe is overdue or was never planned; or half-open with a
 * probe that should have ended. A half-open one that waits for a call is not stuck. None should ever be found.
 */
export function findStuckBreakers(
  breakers: readonly BreakerView[],
  nowMs: number,
  graceMs = probeGraceMs,
): StuckBreaker[] {
  return breakers.flatMap(breaker => {
    const found = overdueOf(breaker)
    if (found === null || nowMs - Date.parse(found.since) <= graceMs) return []
    const { moduleId, instanceId } = breaker
    return [{ moduleId, instanceId, overdueSince: found.since, reason: found.reason }]
  })
}

function overdueOf(breaker: BreakerView): { since: string; reason: string } | null {
  const { state, forced, nextProbeAt, probeEndsBy, since } = breaker
  if (forced !== null) return null
  if (state === 'open') {
    return nextProbeAt === null
      ? { since, reason: 'it is open and no probe is planned' }
      : { since: nextProbeAt, reason: 'it is open and its probe is overdue' }
  }
  return probeEndsBy === null ? null : { since: probeEndsBy, reason: 'its probe has not ended' }
}
