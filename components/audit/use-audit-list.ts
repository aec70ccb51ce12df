'use client'

import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { AuditArea } from '#server/contracts/audit-areas.ts'
import { useLive } from '../data/live.tsx'
import { useTRPC, useTRPCClient } from '../data/trpc.ts'
import { rangeProblem, type TimeRange, toMoments } from '../ui/time-range.ts'
import type { ActorKind } from './audit-words.ts'

const pageSize = 50
const everyMs = 5_000
const noCursor = null as string | null

export interface AuditFilter extends TimeRange {
  area: AuditArea | null
  by: ActorKind | null
  q: string
}

/** Acts that match, the last first, page by page; renewed every few seconds while live. */
export function useAuditList(filter: AuditFilter) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const { live } = useLive()
  const { area, by, q } = filter
  const text = q.trim().slice(0, 100)
  const input = {
    ...(area === null ? {} : { areas: [area] }),
    ...(by === null ? {} : { actorKind: by }),
    ...(text === '' ? {} : { q: text }),
    limit: pageSize,
  }
  const pages = useInfiniteQuery({
    queryKey: [...trpc.audit.list.infiniteQueryKey(input), filter.range, filter.from, filter.to],
    queryFn: ({ pageParam, signal }) =>
      client.audit.list.query(
        { ...input, ...toMoments(filter, Date.now()), ...(pageParam === null ? {} : { cursor: pageParam }) },
        { signal },
      ),
    enabled: rangeProblem(filter) === null,
    initialPageParam: noCursor,
    getNextPageParam: page => page.nextCursor,
    refetchInterval: query => (live ? everyMs * Math.max(1, query.state.data?.pages.length ?? 1) : false),
  })
  const entries = useMemo(() => pages.data?.pages.flatMap(page => page.items), [pages.data])
  return {
    entries,
    error: pages.error,
    hasMore: pages.hasNextPage,
    isLoadingMore: pages.isFetchingNextPage,
    loadMore: () => void (pages.hasNextPage && !pages.isFetchingNextPage && pages.fetchNextPage()),
    retry: () => void pages.refetch(),
  }
}
