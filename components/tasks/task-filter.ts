import type { Json } from '#server/contracts/common.ts'
import type { TaskStatus } from '#server/contracts/tasks.ts'
import { readJsonText } from '../ui/json-text.ts'
import { type TimeRange, toMoments } from '../ui/time-range.ts'

/** Which tasks a list shows, as the URL has it; empty means all. */
export interface TaskSearch extends TimeRange {
  status: readonly TaskStatus[]
  type: string
  module: string
  q: string
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
  const { status, type, module, q } = search
  return {
    ...(status.length > 0 ? { status: [...status] } : {}),
    ...(taskType.test(type) ? { type } : {}),
    ...(moduleId.test(module) ? { moduleId: module } : {}),
    ...readText(q.trim()),
    ...toMoments(search, nowMs),
  }
}

/** JSON in braces is looked for in payloads, all else in types and ids. Braces that are not JSON yet match nothing. */
function readText(text: string): Pick<TaskListFilter, 'q' | 'data'> {
  if (text === '') return {}
  if (!text.startsWith('{')) return { q: text.slice(0, 100) }
  const read = readJsonText(text)
  return read.kind === 'value' ? { data: read.value as Record<string, Json> } : { q: text.slice(0, 100) }
}
