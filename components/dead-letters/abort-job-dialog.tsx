'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { DeadLetterJob } from '#server/contracts/dead-letters.ts'
import { useTRPC } from '../data/trpc.ts'
import { ReasonDialog } from '../ui/reason-dialog.tsx'
import { jobProgress } from './job-words.ts'

/** Asks before a job is stopped, and why. */
export function AbortJobDialog({ job, onClose }: { job: DeadLetterJob; onClose: () => void }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const { mutate, error, isPending } = useMutation(
    trpc.deadLetters.abortJob.mutationOptions({
      onSuccess: view => {
        queries.setQueryData(trpc.deadLetters.job.queryKey({ id: job.id }), view)
        void queries.invalidateQueries({ queryKey: trpc.deadLetters.pathKey() })
        onClose()
      },
    }),
  )
  return (
    <ReasonDialog
      title="Abort the job?"
      description={`${jobProgress(job)}. That stays; the other letters stay open. An aborted job does not go on.`}
      placeholder="The cause is not mended yet"
      act="Abort the job"
      cancel="Let it go on"
      variant="destructive"
      isOptional
      pending={isPending}
      error={error}
      onAct={reason => mutate({ id: job.id, ...(reason ? { reason } : {}) })}
      onClose={onClose}
    />
  )
}
