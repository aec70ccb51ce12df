import type { Entry } from './task-entry.ts'

/** How many tasks of a tenant are alive, for each of these types. */
export function countLiveTypes(
  entries: Iterable<Entry>,
  tenantId: string,
  types: readonly string[],
): Record<string, number> {
  const live = [...entries].filter(({ task, place }) => task.tenantId === tenantId && place.kind !== 'ended')
  return Object.fromEntries(types.map(type => [type, live.filter(({ task }) => task.type === type).length]))
}
