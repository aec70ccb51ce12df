'use client'

import { parseAsArrayOf, parseAsBoolean, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { enablements, healthOrder } from './module-list.ts'

/** Columns that a list of modules can be ordered by. */
export const moduleSortKeys = ['name', 'category', 'health', 'load', 'calls', 'latency', 'failures', 'cost'] as const
export type ModuleSortKey = (typeof moduleSortKeys)[number]

const parsers = {
  view: parseAsStringLiteral(['list', 'graph', 'routing']).withDefault('list').withOptions({ history: 'push' }),
  /** The module that the graph shows with its neighbours. */
  focus: parseAsString,
  /** Categories that the graph shows module by module; by default all of a small fleet. */
  unfolded: parseAsArrayOf(parseAsString),
  q: parseAsString.withDefault(''),
  state: parseAsStringLiteral(enablements),
  health: parseAsArrayOf(parseAsStringLiteral(healthOrder)).withDefault([]),
  category: parseAsString,
  owner: parseAsString,
  grouped: parseAsBoolean.withDefault(false),
  sort: parseAsStringLiteral(moduleSortKeys).withDefault('name'),
  desc: parseAsBoolean.withDefault(false),
}

/** What the modules page shows, as the URL has it. */
export function useModulesSearch() {
  const [search, setSearch] = useQueryStates(parsers)
  const { q, state, health, category, owner } = search
  const isFiltered = q !== '' || health.length > 0 || [state, category, owner].some(chosen => chosen !== null)
  const clear = () => void setSearch({ q: null, state: null, health: null, category: null, owner: null })
  return { search, setSearch, isFiltered, clear }
}
