'use client'

import { debounce, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { breakerFilters } from './breaker-order.ts'

/** How the breakers are laid out; `auto` shows cards for a few and the grid for many. */
export const breakerViews = ['auto', 'cards', 'grid'] as const

const parsers = {
  state: parseAsStringLiteral(breakerFilters).withDefault('any'),
  module: parseAsString.withDefault(''),
  q: parseAsString.withDefault(''),
  view: parseAsStringLiteral(breakerViews).withDefault('auto'),
  /** `<module id>/<instance id>` of the breaker whose details are open. */
  open: parseAsString.withOptions({ history: 'push' }),
}

/** Typed text goes to the URL when the typing rests. */
export const whileTyping = { limitUrlUpdates: debounce(250) }

/** What the breakers page shows, as the URL has it. */
export function useBreakersSearch() {
  const [search, setSearch] = useQueryStates(parsers)
  const isFiltered = search.state !== 'any' || search.module !== '' || search.q !== ''
  const clear = () => void setSearch({ state: null, module: null, q: null })
  return { search, setSearch, isFiltered, clear }
}
