'use client'

import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { suggestionPriorities } from '#server/contracts/suggestion-words.ts'

/** What the inbox shows: each is a set of states. */
export const inboxViews = ['waiting', 'approved', 'snoozed', 'applied', 'closed'] as const
export type InboxView = (typeof inboxViews)[number]

const parsers = {
  view: parseAsStringLiteral(inboxViews).withDefault('waiting'),
  priority: parseAsStringLiteral(suggestionPriorities),
  analyzer: parseAsString.withDefault(''),
}

/** Which suggestions are shown, as the URL has it. */
export function useSuggestionsSearch() {
  const [search, setSearch] = useQueryStates(parsers)
  const isFiltered = search.priority !== null || search.analyzer !== ''
  const clear = () => void setSearch({ priority: null, analyzer: null })
  return { search, setSearch, isFiltered, clear }
}
