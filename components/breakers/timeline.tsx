'use client'

import { useInfiniteQuery } from '@tanstack/react-query'
import { ArrowRight } from 'lucide-react'
import Link from 'next/link'
import type { BreakerChangeView, BreakerView, TroubledCall } from '#server/contracts/breakers.ts'
import { useTRPC, useTRPCClient } from '../data/trpc.ts'
import { ActionButton } from '../ui/action-button.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { formatMs, plural } from '../ui/format.ts'
import { Moment, RelativeTime } from '../ui/relative-time.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { StatusDot, StatusText } from '../ui/status-badge.tsx'

const pageSize = 10
const catchUpMs = 1_000
const noCursor: string | null = null

/** How the breaker came to be as it is, on all replicas: each change with its reason and the calls that caused it. */
export function Timeline({ breaker }: { breaker: BreakerView }) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const { moduleId, instanceId } = breaker
  const newest = breaker.transitions[0]
  const input = { moduleId, instanceId, limit: pageSize }
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: trpc.breakers.timeline.infiniteQueryKey(input),
    // Not tRPC's own options for infinite queries: they send the direction too, which the server rightly does not know.
    queryFn: ({ pageParam, signal }) =>
      client.breakers.timeline.query({ ...input, ...(pageParam === null ? {} : { cursor: pageParam }) }, { signal }),
    initialPageParam: noCursor,
    getNextPageParam: page => page.nextCursor,
    // A change is written a moment after it is told.
    refetchInterval: query => (isBehind(query.state.data?.pages[0]?.items[0], newest) ? catchUpMs : false),
  })
  if (!data) {
    return error ? (
      <ErrorState title="Its history could not be loaded" error={error} onRetry={() => void refetch()} />
    ) : (
      <SkeletonRows rows={3} />
    )
  }
  const changes = data.pages.flatMap(({ items }) => items)
  if (changes.length === 0) return <p className="text-muted-foreground">It has been closed since it was registered.</p>
  const hasSeveral = new Set(changes.map(({ replicaId }) => replicaId)).size > 1
  return (
    <>
      <ol
        aria-label="Changes of state"
        className="relative grid gap-3 before:absolute before:inset-y-2 before:left-[3.5px] before:w-px before:bg-border"
      >
        {changes.map((change, index) => (
          <Change key={`${change.at} ${change.replicaId} ${index}`} change={change} namesReplica={hasSeveral} />
        ))}
      </ol>
      {hasNextPage ? (
        <ActionButton variant="link" className="mt-3" pending={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Show earlier changes
        </ActionButton>
      ) : null}
    </>
  )
}

function isBehind(
  shown: BreakerChangeView | undefined,
  newest: BreakerView['transitions'][number] | undefined,
): boolean {
  return newest !== undefined && (shown === undefined || shown.at < newest.at)
}

function Change({ change, namesReplica }: { change: BreakerChangeView; namesReplica: boolean }) {
  const { at, from, to, reason, calls, replicaId } = change
  return (
    <li className="relative grid grid-cols-[auto_minmax(0,1fr)] gap-x-3">
      <span className="mt-1.5 rounded-full ring-4 ring-popover">
        <StatusDot of="breaker" status={to} className="block" />
      </span>
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-x-1.5 text-xs">
          <StatusText of="breaker" status={from} className="text-muted-foreground" />
          <ArrowRight aria-label="to" className="size-3 text-faint-foreground" />
          <StatusText of="breaker" status={to} className="font-medium" />
          <span className="ml-auto text-faint-foreground">
            <Moment at={at} /> (<RelativeTime at={at} />)
          </span>
        </p>
        <p className="mt-0.5 break-words">{reason}</p>
        {namesReplica ? <p className="truncate text-faint-foreground text-xs">on {replicaId}</p> : null}
        {calls.length > 0 ? <Calls calls={calls} /> : null}
      </div>
    </li>
  )
}

function Calls({ calls }: { calls: readonly TroubledCall[] }) {
  return (
    <details className="mt-1 text-xs">
      <summary className="cursor-pointer text-muted-foreground">{plural(calls.length, 'call')} behind it</summary>
      {/* Not a list within the list: each change is one item of what is read out. */}
      <div className="mt-1 grid gap-1 border-l pl-2">
        {calls.map(({ at, outcome, code, message, durationMs, taskId, attempt }, index) => (
          <p key={`${at} ${index}`} className="num min-w-0 break-words">
            <span className="font-mono">{outcome === 'slow' ? 'slow' : code}</span> after {formatMs(durationMs)}
            {taskId === null ? (
              ', called by a caller itself'
            ) : (
              <>
                ,{' '}
                <Link
                  href={`/tasks/${taskId}`}
                  prefetch={false}
                  className="text-primary-text underline underline-offset-2"
                >
                  task …{taskId.slice(-6)}
                </Link>{' '}
                attempt {attempt}
              </>
            )}
            {message === null ? null : <span className="text-muted-foreground">: {message}</span>}
          </p>
        ))}
      </div>
    </details>
  )
}
