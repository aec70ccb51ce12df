'use client'

import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { DeadLetterState, DeadLetterSummary } from '#server/contracts/dead-letters.ts'
import { useLive } from '../data/live.tsx'
import { useTRPC, useTRPCClient } from '../data/trpc.ts'
import type { LetterListFilter } from './letter-filter.ts'

const pageSize = 50
const everyMs = 4_000
const noCursor = null as string | null

export interface LetterList {
  /** The last to fail first; undefined until the first page is there. */
  letters: DeadLetterSummary[] | undefined
  error: unknown
  hasMore: boolean
  isLoadingMore: boolean
  loadMore: () => void
  retry: () => void
}

/** Letters that match, page by page; renewed every few seconds while live, unless `hold`: then no row moves. */
export function useLetterList(
  filter: LetterListFilter,
  state: DeadLetterState[],
  { hold }: { hold: boolean },
): LetterList {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const { live } = useLive()
  const input = { ...filter, state, limit: pageSize }
  const pages = useInfiniteQuery({
    queryKey: trpc.deadLetters.list.infiniteQueryKey(input),
    // Not tRPC's own options for infinite queries: they send the direction too, which the server rightly does not know.
    queryFn: ({ pageParam, signal }) =>
      client.deadLetters.list.query({ ...input, ...(pageParam === null ? {} : { cursor: pageParam }) }, { signal }),
    initialPageParam: noCursor,
    getNextPageParam: page => page.nextCursor,
    refetchInterval: query => (live && !hold ? everyMs * Math.max(1, query.state.data?.pages.length ?? 1) : false),
  })
  const letters = useMemo(() => pages.data?.pages.flatMap(page => page.items), [pages.data])
  return {
    letters,
    error: pages.error,
    hasMore: pages.hasNextPage,
    isLoadingMore: pages.isFetchingNextPage,
    loadMore: () => void (pages.hasNextPage && !pages.isFetchingNextPage && pages.fetchNextPage()),
    retry: () => void pages.refetch(),
  }
}
