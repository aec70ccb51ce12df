import type { BreakerView } from '#server/contracts/breakers.ts'
import { compareNames } from '../ui/compare-names.ts'

/** What people filter by: the three states, and those that an operator holds. */
export const breakerFilters = ['any', 'open', 'half_open', 'closed', 'held'] as const
export type BreakerFilter = (typeof breakerFilters)[number]

type Ranked = Pick<BreakerView, 'state' | 'forced' | 'consecutiveFailures' | 'config'>

/**
 * How urgent a breaker is, 0 the most: open, half-open, held open, held closed, closed but half-way to its threshold,
 * closed. Steps rather than rates, so that a live list does not keep moving.
 */
export function urgencyOf({ state, forced, consecutiveFailures, config }: Ranked): number {
  if (forced) return forced.state === 'open' ? 2 : 3
  if (state === 'open') return 0
  if (state === 'half_open') return 1
  return consecutiveFailures > 0 && consecutiveFailures * 2 >= config.failureThreshold ? 4 : 5
}

/** Worst first, then by module and instance. */
export function sortBreakers(breakers: readonly BreakerView[]): BreakerView[] {
  return breakers.toSorted(
    (a, b) =>
      urgencyOf(a) - urgencyOf(b) || compareNames(a.moduleName, b.moduleName) || compareNames(a.endpoint, b.endpoint),
  )
}

/** Whether a breaker passes the filter by state. A held one counts as held and as the state it is held in. */
export function isInState(breaker: Pick<BreakerView, 'state' | 'forced'>, filter: BreakerFilter): boolean {
  if (filter === 'any') return true
  return filter === 'held' ? breaker.forced !== null : breaker.state === filter
}

/** Whether a breaker matches typed text: module, instance, address, last failure, reason of the hold. */
export function matchesBreakerText(breaker: BreakerView, text: string): boolean {
  const wanted = text.trim().toLowerCase()
  if (wanted === '') return true
  const { moduleId, moduleName, instanceId, endpoint, lastFailure, forced } = breaker
  return [
    moduleId,
    moduleName,
    instanceId,
    endpoint,
    lastFailure?.code,
    lastFailure?.message,
    forced?.by,
    forced?.reason,
  ].some(word => word?.toLowerCase().includes(wanted))
}

/** How many breakers each filter would show. */
export function countByFilter(breakers: readonly BreakerView[]): Record<BreakerFilter, number> {
  const count = (filter: BreakerFilter) => breakers.filter(breaker => isInState(breaker, filter)).length
  return {
    any: breakers.length,
    open: count('open'),
    half_open: count('half_open'),
    closed: count('closed'),
    held: count('held'),
  }
}

/** Names one breaker in a URL: `<module id>/<instance id>`. */
export function breakerKey({ moduleId, instanceId }: { moduleId: string; instanceId: string }): string {
  return `${moduleId}/${instanceId}`
}
