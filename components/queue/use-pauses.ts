'use client'

import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { PauseView } from '#server/contracts/queues.ts'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'

const refreshMs = 3_000
const none: PauseView[] = []

/** What operators hold back of the queue, the newest first; empty until it is known. */
export function usePauses(): PauseView[] {
  const trpc = useTRPC()
  const { data } = useQuery(trpc.queues.pauses.queryOptions(undefined, { refetchInterval: useLiveInterval(refreshMs) }))
  return data ?? none
}

/** Has what is held back read anew, after something was paused or resumed. */
export function useRefreshPauses(): () => void {
  const trpc = useTRPC()
  const queries = useQueryClient()
  return () => {
    void queries.invalidateQueries({ queryKey: trpc.queues.pauses.queryKey() })
    void queries.invalidateQueries({ queryKey: trpc.stats.dashboard.queryKey() })
  }
}
