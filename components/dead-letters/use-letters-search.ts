'use client'

import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { rangeNames } from '../ui/time-range.ts'
import { stateChoices } from './letter-filter.ts'

/** What the page shows: causes, the letters themselves, or the jobs on them. */
export const views = ['causes', 'letters', 'jobs'] as const

const parsers = {
  view: parseAsStringLiteral(views).withDefault('causes'),
  state: parseAsStringLiteral(stateChoices).withDefault('open'),
  type: parseAsString.withDefault(''),
  module: parseAsString.withDefault(''),
  q: parseAsString.withDefault(''),
  range: parseAsStringLiteral(rangeNames),
  from: parseAsString,
  to: parseAsString,
  cause: parseAsString.withDefault(''),
  /** The letter whose panel is open. */
  letter: parseAsString.withDefault(''),
}

/** Which letters are shown, as the URL has it. */
export function useLettersSearch() {
  const [search, setSearch] = useQueryStates(parsers)
  const { type, module, q, range, from, to, cause } = search
  const isFiltered = [type, module, q, cause].some(text => text !== '') || [range, from, to].some(Boolean)
  const clear = () =>
    void setSearch({ type: null, module: null, q: null, range: null, from: null, to: null, cause: null })
  return { search, setSearch, isFiltered, clear }
}
