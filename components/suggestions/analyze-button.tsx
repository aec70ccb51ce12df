'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ScanSearch } from 'lucide-react'
import { useTRPC } from '../data/trpc.ts'
import { useRefusal } from '../data/viewer.tsx'
import { ActionButton } from '../ui/action-button.tsx'
import { plural } from '../ui/format.ts'
import { notify } from '../ui/notify.ts'

const windowHours = 24

/** Looks for improvements in the last 24 hours. */
export function AnalyzeButton() {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const refusal = useRefusal('operator')
  const { mutate, isPending } = useMutation(
    trpc.suggestions.analyze.mutationOptions({
      onSuccess: ({ opened, tasks }) => {
        void queries.invalidateQueries({ queryKey: trpc.suggestions.pathKey() })
        notify.done(opened === 0 ? 'Nothing new was found' : `${plural(opened, 'new suggestion')}`, {
          description: `${plural(tasks, 'task')} of the last ${windowHours} hours were looked at.`,
        })
      },
      onError: error => notify.failed('The analysis could not be made', error),
    }),
  )
  return (
    <ActionButton variant="primary" reason={refusal} pending={isPending} onClick={() => mutate({ windowHours })}>
      <ScanSearch aria-hidden />
      Analyze now
    </ActionButton>
  )
}
