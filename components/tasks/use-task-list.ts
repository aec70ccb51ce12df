'use client'

import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import type { TaskSummary } from '#server/contracts/tasks.ts'
import { useLive } from '../data/live.tsx'
import { useTRPC, useTRPCClient } from '../data/trpc.ts'
import { type Anchor, anchorAt, countNew, hasUnwatched, withNewest } from './live-rows.ts'
import type { TaskListFilter } from './task-filter.ts'

const headMs = 2_000
const pageMs = 4_000
const pageSize = 50
/** Pages without a match that are passed by themselves; each stands for thousands of tasks. */
const mostEmptyPages = 25

export interface TaskList {
  /** Newest first; undefined until the first page is there. */
  tasks: TaskSummary[] | undefined
  error: unknown
  /** Tasks that came while the list is held, and whether there are more than were counted. */
  fresh: { count: number; isMore: boolean }
  hasMore: boolean
  /** Nothing was found so far, and it is being looked for further back. */
  isSearching: boolean
  isLoadingMore: boolean
  loadMore: () => void
  /** Begins the list anew at the newest task. */
  showNewest: () => void
  retry: () => void
}

const noCursor = null as string | null
const nothingNew = { count: 0, isMore: false }

/**
 * Tasks that match the filter, page by page. Their states follow by themselves while live. New tasks come in at the top
 * unless `hold`: then they are counted, and no row moves. For another filter mount it anew, by a key.
 */
export function useTaskList(filter: TaskListFilter, { hold }: { hold: boolean }): TaskList {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const { live } = useLive()
  const [anchor, setAnchor] = useState<Anchor | null>(null)
  const head = useQuery(
    trpc.tasks.list.queryOptions(
      { ...filter, limit: pageSize },
      { refetchInterval: live ? headMs : false, staleTime: 0 },
    ),
  )
  const headItems = head.data?.items
  const to = earlier(filter.to, anchor?.to)
  const input = { ...filter, ...(to === undefined ? {} : { to }), limit: pageSize }
  const pages = useInfiniteQuery({
    queryKey: trpc.tasks.list.infiniteQueryKey(input),
    // Not tRPC's own options for infinite queries: they send the direction too, which the server rightly does not know.
    queryFn: ({ pageParam, signal }) =>
      client.tasks.list.query({ ...input, ...(pageParam === null ? {} : { cursor: pageParam }) }, { signal }),
    enabled: anchor !== null,
    initialPageParam: noCursor,
    getNextPageParam: page => page.nextCursor,
    refetchInterval: query => {
      const loaded = query.state.data?.pages ?? []
      const unwatched = hasUnwatched(
        loaded.flatMap(page => page.items),
        headItems ?? [],
      )
      return live && unwatched ? pageMs * loaded.length : false
    },
    ...(anchor ? { initialData: { pages: [anchor.first], pageParams: [noCursor] } } : {}),
  })
  const loadedRows = useMemo(() => pages.data?.pages.flatMap(page => page.items), [pages.data])
  const rows = anchor ? loadedRows : headItems
  const fresh = anchor && head.data ? countNew(anchor, head.data) : nothingNew

  // A list that has no rows, or is not being read, begins at the newest task.
  const begins = head.data ? anchorAt(head.data) : null
  if (
    begins &&
    (anchor === null || rows?.length === 0 || (!hold && fresh.count > 0)) &&
    begins.newest !== anchor?.newest
  ) {
    setAnchor(begins)
  }

  const looked = pages.data?.pages.length ?? 0
  const isSearching = rows?.length === 0 && pages.hasNextPage && looked < mostEmptyPages
  const { fetchNextPage, isFetching } = pages
  useEffect(() => {
    if (isSearching && !isFetching) void fetchNextPage()
  }, [isSearching, isFetching, fetchNextPage])

  const tasks = useMemo(() => rows && withNewest(rows, headItems ?? []), [rows, headItems])
  return {
    tasks,
    error: head.error ?? pages.error,
    fresh,
    hasMore: pages.hasNextPage,
    isSearching,
    isLoadingMore: pages.isFetchingNextPage,
    loadMore: () => void (pages.hasNextPage && !pages.isFetchingNextPage && pages.fetchNextPage()),
    showNewest: () => setAnchor(begins),
    retry: () => void Promise.all([head.refetch(), pages.refetch()]),
  }
}

function earlier(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return a < b ? a : b
}
