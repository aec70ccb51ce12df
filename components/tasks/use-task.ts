'use client'

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useTRPC } from '../data/trpc.ts'
import { useLiveSubscription } from '../data/use-live-subscription.ts'
import { isEnded } from './task-words.ts'

/** A task and the steps of its life, both renewed whenever it changes. */
export function useTask(id: string) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const task = useQuery(trpc.tasks.get.queryOptions({ id }))
  const timeline = useQuery(trpc.tasks.timeline.queryOptions({ id }))
  const isOver = task.data !== undefined && isEnded(task.data.status) && task.data.retriedAs !== null
  useLiveSubscription(
    trpc.tasks.onUpdate.subscriptionOptions(
      { id },
      {
        enabled: task.data !== undefined && !isOver,
        onData: view => {
          queries.setQueryData(trpc.tasks.get.queryKey({ id }), view)
          void queries.invalidateQueries({ queryKey: trpc.tasks.timeline.queryKey({ id }) })
        },
      },
    ),
  )
  return { task, timeline }
}
