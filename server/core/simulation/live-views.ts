import type { LiveTotals } from '../queue/task-store.ts'
import type { Entry } from './task-entry.ts'

/** What of these is alive, and how many have ended. */
export function liveTotalsOf(entries: readonly Entry[]): LiveTotals {
  const live = entries.filter(entry => entry.place.kind !== 'ended')
  const bytes = live.reduce((sum, { task }) => sum + task.payloadBytes, 0)
  return { count: live.length, bytes, ended: entries.length - live.length }
}

/** How many tasks of a tenant are alive, for each of these types. */
export function countLiveTypes(
  entries: readonly Entry[],
  tenantId: string,
  types: readonly string[],
): Record<string, number> {
  const live = entries.filter(({ task, place }) => task.tenantId === tenantId && place.kind !== 'ended')
  return Object.fromEntries(types.map(type => [type, live.filter(({ task }) => task.type === type).length]))
}
