'use client'

import { useQuery } from '@tanstack/react-query'
import type { PreviewImpact } from '#server/contracts/impact.ts'
import { useTRPC } from '../data/trpc.ts'

const refreshMs = 2_000

/** What an act would touch, kept fresh while it is looked at. */
export function useImpactPreview(input: PreviewImpact, { enabled = true }: { enabled?: boolean } = {}) {
  const trpc = useTRPC()
  return useQuery(trpc.impact.preview.queryOptions(input, { staleTime: 0, refetchInterval: refreshMs, enabled }))
}
