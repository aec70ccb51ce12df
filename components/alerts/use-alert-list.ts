'use client'

import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { AlertSeverity, AlertState, AlertView } from '#server/contracts/alerts.ts'
import { useLive } from '../data/live.tsx'
import { useTRPC, useTRPCClient } from '../data/trpc.ts'

const pageSize = 50
const everyMs = 3_000
const noCursor = null as string | null

export interface AlertFilter {
  state: AlertState
  severity: AlertSeverity | null
  module: string
  q: string
}

/** Alerts that match, the last raised first, page by page; renewed every few seconds while live. */
export function useAlertList({ state, severity, module, q }: AlertFilter) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const { live } = useLive()
  const input = {
    state: [state],
    ...(severity === null ? {} : { severity: [severity] }),
    ...(/^[a-z0-9][a-z0-9-]{0,62}$/.test(module) ? { moduleId: module } : {}),
    ...(q.trim() === '' ? {} : { q: q.trim().slice(0, 100) }),
    limit: pageSize,
  }
  const pages = useInfiniteQuery({
    queryKey: trpc.alerts.list.infiniteQueryKey(input),
    queryFn: ({ pageParam, signal }) =>
      client.alerts.list.query({ ...input, ...(pageParam === null ? {} : { cursor: pageParam }) }, { signal }),
    initialPageParam: noCursor,
    getNextPageParam: page => page.nextCursor,
    refetchInterval: query => (live ? everyMs * Math.max(1, query.state.data?.pages.length ?? 1) : false),
  })
  const alerts = useMemo<AlertView[] | undefined>(() => pages.data?.pages.flatMap(page => page.items), [pages.data])
  return {
    alerts,
    error: pages.error,
    hasMore: pages.hasNextPage,
    loadMore: () => void (pages.hasNextPage && !pages.isFetchingNextPage && pages.fetchNextPage()),
    retry: () => void pages.refetch(),
  }
}
