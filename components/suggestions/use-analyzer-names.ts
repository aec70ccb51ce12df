'use client'

import { useQuery } from '@tanstack/react-query'
import type { AnalyzerView } from '#server/contracts/findings.ts'
import { useTRPC } from '../data/trpc.ts'

/** The names of analyzers by id, as the server has them; empty until they have come. */
export function useAnalyzerNames(): ReadonlyMap<string, string> {
  const trpc = useTRPC()
  const { data } = useQuery(trpc.suggestions.stats.queryOptions(undefined, { staleTime: Number.POSITIVE_INFINITY }))
  return namesOf(data?.analyzers ?? [])
}

export function namesOf(analyzers: readonly AnalyzerView[]): ReadonlyMap<string, string> {
  return new Map(analyzers.map(({ id, name }) => [id, name]))
}
