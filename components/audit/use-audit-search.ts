'use client'

import { debounce, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { auditAreas } from '#server/contracts/audit-areas.ts'
import { rangeNames } from '../ui/time-range.ts'
import { actorKinds } from './audit-words.ts'

const parsers = {
  area: parseAsStringLiteral(auditAreas),
  by: parseAsStringLiteral(actorKinds),
  q: parseAsString.withDefault(''),
  range: parseAsStringLiteral(rangeNames),
  from: parseAsString,
  to: parseAsString,
  /** The entry whose details are open. */
  entry: parseAsString.withOptions({ history: 'push' }),
}

/** Typed text goes to the URL when the typing rests. */
export const whileTyping = { limitUrlUpdates: debounce(250) }

/** What the audit page shows, as the URL has it. */
export function useAuditSearch() {
  const [search, setSearch] = useQueryStates(parsers)
  const { area, by, q, range, from, to } = search
  const isFiltered = q !== '' || [area, by, range, from, to].some(Boolean)
  const clear = () => void setSearch({ area: null, by: null, q: null, range: null, from: null, to: null })
  return { search, setSearch, isFiltered, clear }
}
