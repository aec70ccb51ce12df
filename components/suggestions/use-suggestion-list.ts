'use client'

import { useInfiniteQuery } from '@tanstack/react-query'
import type { SuggestionStatus, SuggestionSummary } from '#server/contracts/suggestions.ts'
import { useLive } from '../data/live.tsx'
import { useTRPC, useTRPCClient } from '../data/trpc.ts'
import type { InboxView } from './use-suggestions-search.ts'

const pageSize = 50
const everyMs = 20_000
const noCursor = null as string | null

/** The states of each view of the inbox. */
export const statusesOf: Record<InboxView, SuggestionStatus[]> = {
  waiting: ['open', 'voided', 'expired'],
  approved: ['approved'],
  snoozed: ['snoozed'],
  applied: ['applied', 'judged'],
  closed: ['rejected', 'reverted'],
}

export interface SuggestionFilter {
  view: InboxView
  priority: SuggestionSummary['priority'] | null
  analyzer: string
}

/** Suggestions that match, the most urgent first, page by page; renewed now and then while live. */
export function useSuggestionList({ view, priority, analyzer }: SuggestionFilter) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const { live } = useLive()
  const input = {
    status: statusesOf[view],
    ...(priority === null ? {} : { priority: [priority] }),
    ...(analyzer === '' ? {} : { analyzer: analyzer.slice(0, 60) }),
    limit: pageSize,
  }
  const pages = useInfiniteQuery({
    queryKey: trpc.suggestions.list.infiniteQueryKey(input),
    queryFn: ({ pageParam, signal }) =>
      client.suggestions.list.query({ ...input, ...(pageParam === null ? {} : { cursor: pageParam }) }, { signal }),
    initialPageParam: noCursor,
    getNextPageParam: page => page.nextCursor,
    refetchInterval: query => (live ? everyMs * Math.max(1, query.state.data?.pages.length ?? 1) : false),
  })
  return {
    suggestions: pages.data?.pages.flatMap(page => page.items),
    error: pages.error,
    hasMore: pages.hasNextPage,
    loadMore: () => void (pages.hasNextPage && !pages.isFetchingNextPage && pages.fetchNextPage()),
    retry: () => void pages.refetch(),
  }
}
