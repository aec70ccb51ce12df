'use client'

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef } from 'react'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { useLiveSubscription } from '../data/use-live-subscription.ts'

const refreshMs = 4_000
/** Events come in bursts; one look at the fleet serves all of a burst. */
const settleMs = 150
/** Of a fleet in which something happens all the time it is looked at so often. */
const leastMs = 1_000
const telling = ['module.*', 'instance.*', 'circuit.*']

/** Every module, refreshed every few seconds and at once when one changes its state. */
export function useModules() {
  const trpc = useTRPC()
  useModuleEvents()
  return useQuery(trpc.modules.list.queryOptions({}, { refetchInterval: useLiveInterval(refreshMs) }))
}

/** Asks again for what is shown of modules whenever one was changed, changed its health, or a breaker moved. */
export function useModuleEvents(): void {
  const trpc = useTRPC()
  const refresh = useModuleRefresh()
  const { data: last } = useLiveSubscription(trpc.events.onEvent.subscriptionOptions({ types: telling }))
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const lookedAt = useRef(0)
  useEffect(() => {
    if (!last || timer.current !== undefined) return
    const look = () => {
      timer.current = undefined
      lookedAt.current = Date.now()
      void refresh()
    }
    timer.current = setTimeout(look, Math.max(settleMs, lookedAt.current + leastMs - Date.now()))
  }, [last, refresh])
  useEffect(
    () => () => {
      clearTimeout(timer.current)
      timer.current = undefined
    },
    [],
  )
}

/** Asks again for everything that is shown of modules. */
export function useModuleRefresh(): () => Promise<void> {
  const trpc = useTRPC()
  const queries = useQueryClient()
  return useCallback(() => queries.invalidateQueries({ queryKey: trpc.modules.pathKey() }), [queries, trpc])
}
