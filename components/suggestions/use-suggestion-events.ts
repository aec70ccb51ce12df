'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useTRPC } from '../data/trpc.ts'
import { useLiveSubscription } from '../data/use-live-subscription.ts'

/** An analysis tells of many at once; one look serves all. */
const settleMs = 150
/** Edits of what suggestions are about void approvals. */
const telling = [
  'suggestion.*',
  'module.updated',
  'module.enabled',
  'module.disabled',
  'module.removed',
  'instance.updated',
]

/** Asks again for what is shown of suggestions whenever somebody has acted on one, or changed what they are about. */
export function useSuggestionEvents(): void {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const { data: last } = useLiveSubscription(trpc.events.onEvent.subscriptionOptions({ types: telling }))
  useEffect(() => {
    if (!last) return
    const timer = setTimeout(() => void queries.invalidateQueries({ queryKey: trpc.suggestions.pathKey() }), settleMs)
    return () => clearTimeout(timer)
  }, [last, queries, trpc])
}
