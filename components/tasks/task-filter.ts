import type { Json } from '#server/contracts/common.ts'
import type { TaskStatus } from '#server/contracts/tasks.ts'
import { readJsonText } from '../ui/json-text.ts'

/** Ranges that end now, by the name they have in the URL. */
export const relativeRanges = { '15m': 900_000, '1h': 3_600_000, '24h': 86_400_000, '7d': 604_800_000 } as const
export type RelativeRange = keyof typeof relativeRanges
export const rangeNames = Object.keys(relativeRanges) as RelativeRange[]

/** Which tasks a list shows, as the URL has it; empty means all. */
export interface TaskSearch {
  status: readonly TaskStatus[]
  type: string
  module: string
  q: string
  /** A range that ends now; or two moments, each of which may be open. */
  range: RelativeRange | null
  from: string | null
  to: string | null
}

/** The filter as the server takes it, without cursor and limit. */
export interface TaskListFilter {
  status?: TaskStatus[]
  type?: string
  moduleId?: string
  q?: string
  data?: Record<string, Json>
  from?: string
  to?: string
}

const taskType = /^[a-z0-9][a-z0-9_.-]{0,99}$/
const moduleId = /^[a-z0-9][a-z0-9-]{0,62}$/

/** What the server is asked for. What it would refuse, as typed by hand into an address, is left out. */
export function toListFilter(search: TaskSearch, nowMs: number): TaskListFilter {
  const { status, type, module, q, range } = search
  const from = range === null ? readMoment(search.from) : new Date(nowMs - relativeRanges[range]).toISOString()
  const to = range === null ? readMoment(search.to) : null
  return {
    ...(status.length > 0 ? { status: [...status] } : {}),
    ...(taskType.test(type) ? { type } : {}),
    ...(moduleId.test(module) ? { moduleId: module } : {}),
    ...readText(q.trim()),
    ...(from === null ? {} : { from }),
    ...(to === null ? {} : { to }),
  }
}

/** JSON in braces is looked for in payloads, all else in types and ids. Braces that are not JSON yet match nothing. */
function readText(text: string): Pick<TaskListFilter, 'q' | 'data'> {
  if (text === '') return {}
  if (!text.startsWith('{')) return { q: text.slice(0, 100) }
  const read = readJsonText(text)
  return read.kind === 'value' ? { data: read.value as Record<string, Json> } : { q: text.slice(0, 100) }
}

/** A moment in ISO 8601 with zone; null for anything that is none. */
export function readMoment(text: string | null): string | null {
  if (text === null || text === '') return null
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? null : new Date(ms).toISOString()
}
