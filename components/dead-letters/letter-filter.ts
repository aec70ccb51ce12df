import type { DeadLetterState } from '#server/contracts/dead-letters.ts'
import { type TimeRange, toMoments } from '../ui/time-range.ts'

/** Which states a list shows; the name it has in the URL. */
export const stateChoices = ['open', 'reprocessed', 'discarded', 'all'] as const
export type StateChoice = (typeof stateChoices)[number]

/** Which letters are shown, as the URL has it; empty means all. */
export interface LetterSearch extends TimeRange {
  state: StateChoice
  type: string
  module: string
  q: string
  /** Fingerprint of the one cause that is shown. */
  cause: string
}

/** The filter as the server takes it, without states, cursor and limit. */
export interface LetterListFilter {
  fingerprint?: string
  type?: string
  moduleId?: string
  q?: string
  from?: string
  to?: string
}

const taskType = /^[a-z0-9][a-z0-9_.-]{0,99}$/
const moduleId = /^[a-z0-9][a-z0-9-]{0,62}$/
const fingerprint = /^[0-9a-f]{16}$/

/** What the server is asked for. What it would refuse, as typed by hand into an address, is left out. */
export function toLetterFilter(search: LetterSearch, nowMs: number): LetterListFilter {
  const { type, module, q, cause } = search
  const text = q.trim()
  return {
    ...(fingerprint.test(cause) ? { fingerprint: cause } : {}),
    ...(taskType.test(type) ? { type } : {}),
    ...(moduleId.test(module) ? { moduleId: module } : {}),
    ...(text ? { q: text.slice(0, 100) } : {}),
    ...toMoments(search, nowMs),
  }
}

/** The states that the server is asked for; empty is all of them. */
export function toStates(choice: StateChoice): DeadLetterState[] {
  return choice === 'all' ? [] : [choice]
}
