import type { EventView } from '../../contracts/events.ts'
import type { EventFilter, EventListFilter } from '../operations.ts'

/** Whether an event type matches `*`, `area.*` or `area.name`. */
export function matchesPattern(pattern: string, type: string): boolean {
  if (pattern === '*' || pattern === type) return true
  return pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1))
}

/** Whether an event passes a filter; an absent criterion lets everything through. */
export function matchesFilter(filter: EventFilter, event: EventView): boolean {
  if (filter.taskId !== undefined && event.taskId !== filter.taskId) return false
  if (filter.moduleId !== undefined && event.moduleId !== filter.moduleId) return false
  return filter.types === undefined || filter.types.some(pattern => matchesPattern(pattern, event.type))
}

/** Whether an event passes the filter of a list: that of `matchesFilter`, and it happened within the range. */
export function matchesListFilter(filter: EventListFilter, event: EventView): boolean {
  const at = filter.from === undefined && filter.to === undefined ? 0 : Date.parse(event.at)
  if (filter.from !== undefined && at < Date.parse(filter.from)) return false
  if (filter.to !== undefined && at >= Date.parse(filter.to)) return false
  return matchesFilter(filter, event)
}
