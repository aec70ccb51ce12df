'use client'

import { debounce, parseAsArrayOf, parseAsInteger, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { rangeNames } from '../ui/time-range.ts'
import { eventGroups } from './event-groups.ts'

const parsers = {
  /** Groups of types; none means all. */
  show: parseAsArrayOf(parseAsStringLiteral(eventGroups)).withDefault([]),
  module: parseAsString.withDefault(''),
  task: parseAsString.withDefault(''),
  q: parseAsString.withDefault(''),
  range: parseAsStringLiteral(rangeNames),
  from: parseAsString,
  to: parseAsString,
  /** Sequence number of the event whose details are open. */
  event: parseAsInteger.withOptions({ history: 'push' }),
}

/** Typed text goes to the URL when the typing rests. */
export const whileTyping = { limitUrlUpdates: debounce(250) }

/** What the events page shows, as the URL has it. */
export function useEventsSearch() {
  const [search, setSearch] = useQueryStates(parsers)
  const { show, module, task, q, range, from, to } = search
  const isFiltered = show.length > 0 || [module, task, q].some(text => text !== '') || [range, from, to].some(Boolean)
  const clear = () =>
    void setSearch({ show: null, module: null, task: null, q: null, range: null, from: null, to: null })
  return { search, setSearch, isFiltered, clear }
}
