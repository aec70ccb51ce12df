import type { EventView } from '../../contracts/events.ts'
import type { EventFilter } from '../operations.ts'

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
