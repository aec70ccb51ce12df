'use client'

import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { alertSeverities, alertStates } from '#server/contracts/alert-words.ts'

/** What the page shows: the alerts, what decides on them, what keeps them quiet, and the auditor's checks. */
export const alertTabs = ['inbox', 'rules', 'silences', 'invariants'] as const
export type AlertTab = (typeof alertTabs)[number]

const parsers = {
  tab: parseAsStringLiteral(alertTabs).withDefault('inbox'),
  state: parseAsStringLiteral(alertStates).withDefault('open'),
  severity: parseAsStringLiteral(alertSeverities),
  module: parseAsString.withDefault(''),
  q: parseAsString.withDefault(''),
  /** The alert whose panel is open. */
  alert: parseAsString.withDefault(''),
}

/** Which alerts are shown, as the URL has it. */
export function useAlertsSearch() {
  const [search, setSearch] = useQueryStates(parsers)
  const { severity, module, q } = search
  const isFiltered = severity !== null || module !== '' || q !== ''
  const clear = () => void setSearch({ severity: null, module: null, q: null })
  return { search, setSearch, isFiltered, clear }
}
