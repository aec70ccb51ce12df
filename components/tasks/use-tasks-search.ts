'use client'

import { debounce, parseAsArrayOf, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { rangeNames } from '../ui/time-range.ts'
import { statusOrder } from './task-words.ts'

const parsers = {
  status: parseAsArrayOf(parseAsStringLiteral(statusOrder)).withDefault([]),
  type: parseAsString.withDefault(''),
  module: parseAsString.withDefault(''),
  q: parseAsString.withDefault(''),
  range: parseAsStringLiteral(rangeNames),
  from: parseAsString,
  to: parseAsString,
}

/** Typed text goes to the URL when the typing rests. */
export const whileTyping = { limitUrlUpdates: debounce(250) }

/** Which tasks are shown, as the URL has it. */
export function useTasksSearch() {
  const [search, setSearch] = useQueryStates(parsers)
  const { status, type, module, q, range, from, to } = search
  const isFiltered = status.length > 0 || [type, module, q].some(text => text !== '') || [range, from, to].some(Boolean)
  const clear = () =>
    void setSearch({ status: null, type: null, module: null, q: null, range: null, from: null, to: null })
  return { search, setSearch, isFiltered, clear }
}
