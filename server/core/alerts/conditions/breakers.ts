import type { BreakerView } from '../../../contracts/breakers.ts'
import { findStuckBreakers } from '../../resilience/stuck-breakers.ts'
import type { RuleContext } from '../alert-memory.ts'
import type { Reading } from '../alert-world.ts'

/** Breakers that opened by themselves; one that a person holds is meant so. */
export function breakerOpen({ world: { breakers } }: RuleContext): Reading[] {
  return breakers
    .filter(({ state, forced }) => state !== 'closed' && forced === null)
    .map(breaker => ({
      ...ofBreaker(breaker),
      value: 1,
      title: () => `${breaker.moduleName}: breaker ${breaker.state === 'open' ? 'open' : 'half-open, probing'}`,
      detail: breaker.lastFailure ? `${breaker.lastFailure.code}: ${breaker.lastFailure.message}` : breaker.endpoint,
      sinceMs: Date.parse(breaker.troubledSince ?? breaker.since),
    }))
}

/** The watchdog: breakers that keep calls away though nothing is on its way that could close them. */
export function breakerStuck({ world: { breakers, nowMs } }: RuleContext): Reading[] {
  const views = new Map(breakers.map(breaker => [`${breaker.moduleId}/${breaker.instanceId}`, breaker]))
  return findStuckBreakers(breakers, nowMs, 0).flatMap(({ moduleId, instanceId, overdueSince, reason }): Reading[] => {
    const breaker = views.get(`${moduleId}/${instanceId}`)
    if (!breaker) return []
    const sinceMs = Date.parse(overdueSince)
    return [
      {
        ...ofBreaker(breaker),
        value: (nowMs - sinceMs) / 1_000,
        title: () =>
          `${breaker.moduleName}: breaker ${breaker.state === 'open' ? 'open' : 'half-open'} without a probe`,
        detail: `${reason}; it keeps calls away until somebody resets it`,
        sinceMs,
      },
    ]
  })
}

function ofBreaker({ moduleId, instanceId, state, consecutiveFailures, window, endpoint }: BreakerView) {
  const { calls, failures, p95Ms } = window
  return {
    subject: `breaker:${moduleId}/${instanceId}`,
    moduleId,
    href: `/breakers?module=${moduleId}`,
    evidence: { state, endpoint, consecutiveFailures, recentCalls: calls, recentFailures: failures, p95Ms },
  }
}
