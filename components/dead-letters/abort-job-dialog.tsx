'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { DeadLetterJob } from '#server/contracts/dead-letters.ts'
import { useTRPC } from '../data/trpc.ts'
import { ActionButton } from '../ui/action-button.tsx'
import { AlertDialog, AlertDialogCancel, AlertDialogContent, AlertDialogFooter } from '../ui/alert-dialog.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { Input } from '../ui/input.tsx'
import { jobProgress } from './job-words.ts'

/** Asks before a job is stopped, and why. */
export function AbortJobDialog({ job, onClose }: { job: DeadLetterJob; onClose: () => void }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [reason, setReason] = useState('')
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
    <AlertDialog open onOpenChange={open => !open && onClose()}>
      <AlertDialogContent
        title="Abort the job?"
        description={`${jobProgress(job)}. That stays; the other letters stay open. An aborted job does not go on.`}
      >
        <Field label="Why" optional className="mt-4">
          {control => (
            <Input {...control} value={reason} maxLength={500} onChange={event => setReason(event.target.value)} />
          )}
        </Field>
        <ErrorLine error={error} className="mt-3" />
        <AlertDialogFooter>
          <AlertDialogCancel>Let it go on</AlertDialogCancel>
          <ActionButton
            variant="destructive"
            pending={isPending}
            onClick={() => mutate({ id: job.id, ...(reason.trim() ? { reason: reason.trim() } : {}) })}
          >
            Abort the job
          </ActionButton>
        </AlertDialogFooter>
      </AlertDialogContent>
    </AlertDialog>
  )
}
