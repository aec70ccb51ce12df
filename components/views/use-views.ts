'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { SavedView, SaveView } from '#server/contracts/views.ts'
import { useTRPC } from '../data/trpc.ts'
import { notify } from '../ui/notify.ts'

const staleMs = 60_000

/** Every view that the signed-in person can open, by name; undefined until known. */
export function useViews() {
  const trpc = useTRPC()
  const { data, error, refetch } = useQuery(trpc.views.list.queryOptions({}, { staleTime: staleMs }))
  return { views: data?.items, error, retry: () => void refetch() }
}

/** Where a view leads. */
export const addressOf = ({ page, query }: SavedView): string => `/${page}${query ? `?${query}` : ''}`

/** Saves a view; removes one, with a way back. */
export function useViewChanges() {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const renew = () => queries.invalidateQueries({ queryKey: trpc.views.list.queryKey() })
  const save = useMutation(trpc.views.save.mutationOptions({ onSuccess: renew }))
  const remove = useMutation(trpc.views.remove.mutationOptions({ onSettled: renew }))
  const removeWithUndo = (view: SavedView) =>
    remove.mutate(
      { id: view.id },
      {
        onSuccess: () => {
          const { page, name, query, shared } = view
          const again: SaveView = { page, name, query, shared }
          notify.done(`View “${name}” removed`, { action: { label: 'Undo', onClick: () => save.mutate(again) } })
        },
        onError: error => notify.failed('The view was not removed', error),
      },
    )
  return { save, remove: removeWithUndo }
}
