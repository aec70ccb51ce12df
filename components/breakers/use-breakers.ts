'use client'

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { BreakerView } from '#server/contracts/breakers.ts'
import { useTRPC } from '../data/trpc.ts'
import { useLiveSubscription } from '../data/use-live-subscription.ts'
import { breakerKey } from './breaker-order.ts'
import { createFollower } from './follow-changes.ts'

export interface Breakers {
  /** Undefined until the first answer. */
  breakers: BreakerView[] | undefined
  error: unknown
  retry: () => void
}

/** Every breaker, live; unchanged ones keep their identity from one value to the next. */
export function useBreakers(): Breakers {
  const trpc = useTRPC()
  const queries = useQueryClient()
  // The subscription keeps it fresh; asking again by itself would move what is paused.
  const { data, error, refetch } = useQuery(
    trpc.breakers.list.queryOptions(undefined, { staleTime: Number.POSITIVE_INFINITY }),
  )
  const [follow] = useState(createFollower)
  const live = useLiveSubscription(
    trpc.breakers.onChange.subscriptionOptions(undefined, {
      // In whole, so that an answer to the query that was on its way meanwhile does not stay.
      onData: change =>
        queries.setQueryData(trpc.breakers.list.queryKey(), { items: [...follow(change)], nextCursor: null }),
    }),
  )
  return { breakers: data?.items, error: error ?? live.error, retry: () => void refetch() }
}

/** Puts the answer of an act on one breaker into what the page shows, also while it is paused. */
export function useShowBreaker(): (breaker: BreakerView) => void {
  const trpc = useTRPC()
  const queries = useQueryClient()
  return breaker =>
    queries.setQueryData(trpc.breakers.list.queryKey(), was =>
      was ? { ...was, items: was.items.map(each => (breakerKey(each) === breakerKey(breaker) ? breaker : each)) } : was,
    )
}
