'use client'

import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { DashboardView } from '#server/contracts/stats.ts'
import { useLiveInterval } from './live.tsx'
import { useTRPC } from './trpc.ts'
import { useLiveSubscription } from './use-live-subscription.ts'

const pulseMs = 4_000

/** The state of the fleet as the shell shows it on every page: asked for now and then, or as fresh as `useDashboard`. */
export function useFleetPulse(): DashboardView | undefined {
  const trpc = useTRPC()
  return useQuery(trpc.stats.dashboard.queryOptions(undefined, { refetchInterval: useLiveInterval(pulseMs) })).data
}

/**
 * The command center, pushed twice a second while live. Each value also goes to the cache that `useFleetPulse` reads, so
 * that the shell shows the same figures as the page and asks for nothing meanwhile.
 */
export function useDashboard(): { data: DashboardView | undefined; error: unknown; paused: boolean } {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const pulse = useFleetPulse()
  const { error, paused } = useLiveSubscription(
    trpc.stats.onDashboard.subscriptionOptions(undefined, {
      onData: view => queries.setQueryData(trpc.stats.dashboard.queryKey(), view),
    }),
  )
  return { data: pulse, error, paused }
}
