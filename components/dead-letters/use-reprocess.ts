'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useTRPC } from '../data/trpc.ts'
import { notify } from '../ui/notify.ts'

/** Makes a new task from a letter and offers the way to it. */
export function useReprocess(id: string, options: { onError?: (error: unknown) => void; onDone?: () => void } = {}) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const router = useRouter()
  return useMutation(
    trpc.deadLetters.reprocess.mutationOptions({
      onSuccess: receipt => {
        void queries.invalidateQueries({ queryKey: trpc.deadLetters.pathKey() })
        void queries.invalidateQueries({ queryKey: trpc.tasks.get.queryKey({ id }) })
        options.onDone?.()
        notify.done('A new task was made from it', {
          action: { label: 'Open', onClick: () => router.push(`/tasks/${receipt.id}`) },
        })
      },
      onError: error => options.onError?.(error),
    }),
  )
}
