'use client'

import { useQuery } from '@tanstack/react-query'
import { useTRPC } from '../data/trpc.ts'

const refreshMs = 2_000

/** What enabling or disabling the module would touch, kept fresh while it is looked at. */
export function useImpact(id: string) {
  const trpc = useTRPC()
  return useQuery(trpc.modules.impact.queryOptions({ id }, { staleTime: 0, refetchInterval: refreshMs }))
}
