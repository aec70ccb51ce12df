'use client'

import { hashKey } from '@tanstack/react-query'
import { useSubscription } from '@trpc/tanstack-react-query'
import { useState } from 'react'
import { useLive } from './live.tsx'

type SubscriptionOptions<Output, Failure> = Parameters<typeof useSubscription<Output, Failure>>[0]

/** What a live view shows: the newest value, held while paused. */
export interface LiveSubscription<Output, Failure> {
  /** Undefined until the first value. */
  data: Output | undefined
  error: Failure | null
  /** True while the view holds still on purpose. */
  paused: boolean
}

/**
 * Subscribes while the page is live and keeps the last value while it is paused or the connection is away. Pass what
 * `trpc.<procedure>.subscriptionOptions(input)` returns; a change of the input starts over.
 */
export function useLiveSubscription<Output, Failure>(
  options: SubscriptionOptions<Output, Failure>,
): LiveSubscription<Output, Failure> {
  const { live } = useLive()
  const key = hashKey(options.queryKey)
  const [held, setHeld] = useState<{ key: string; data: Output }>()
  const { error } = useSubscription<Output, Failure>({
    ...options,
    enabled: options.enabled && live,
    onData: data => {
      setHeld({ key, data: data as Output })
      options.onData?.(data)
    },
  })
  return { data: held?.key === key ? held.data : undefined, error: error ?? null, paused: !live }
}
