'use client'

import { useQuery } from '@tanstack/react-query'
import { useTRPC } from '../data/trpc.ts'
import type { LetterChoice } from './letter-choice.ts'

/** What an act would touch; figures are null until they are known. */
export interface Touched {
  count: number | null
  types: readonly string[] | null
  error: unknown
}

/** Counts what an act on this choice would touch, fresh, before it is asked for. */
export function useTouched(choice: LetterChoice): Touched {
  const trpc = useTRPC()
  const filter = 'filter' in choice ? choice.filter : null
  const options = { enabled: filter !== null, staleTime: 0 }
  const count = useQuery(trpc.deadLetters.count.queryOptions(filter ?? {}, options))
  const groups = useQuery(trpc.deadLetters.groups.queryOptions({ ...filter, state: ['open'] }, options))
  if ('ids' in choice) return { count: choice.ids.length, types: null, error: null }
  const types = groups.data && [...new Set(groups.data.items.flatMap(group => group.types))].sort()
  return { count: count.data?.open ?? null, types: types ?? null, error: count.error ?? groups.error }
}
