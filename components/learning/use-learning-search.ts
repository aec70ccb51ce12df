'use client'

import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'

export const learningTabs = ['services', 'rules', 'patterns', 'memory', 'choice'] as const
export type LearningTab = (typeof learningTabs)[number]

export const learningWindows = ['1', '6', '24', '168', '720'] as const
export type LearningWindow = (typeof learningWindows)[number]

const parsers = {
  tab: parseAsStringLiteral(learningTabs).withDefault('services').withOptions({ history: 'push' }),
  hours: parseAsStringLiteral(learningWindows).withDefault('24'),
  /** Empty: every type. */
  type: parseAsString.withDefault(''),
}

/** What the page shows, as the URL has it, and the same as the API takes it. */
export function useLearningSearch() {
  const [search, setSearch] = useQueryStates(parsers)
  const query = { windowHours: Number(search.hours), ...(search.type !== '' && { taskType: search.type }) }
  return { search, setSearch, query }
}
