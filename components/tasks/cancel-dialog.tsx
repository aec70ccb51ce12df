'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { TaskView } from '#server/contracts/tasks.ts'
import { useTRPC } from '../data/trpc.ts'
import { ActionButton } from '../ui/action-button.tsx'
import { AlertDialog, AlertDialogCancel, AlertDialogContent, AlertDialogFooter } from '../ui/alert-dialog.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { Input } from '../ui/input.tsx'
import { notify } from '../ui/notify.ts'

/** Asks before a task is cancelled, and why. */
export function CancelDialog({ task, onClose }: { task: TaskView; onClose: () => void }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [reason, setReason] = useState('')
  const { mutate, error, isPending } = useMutation(
    trpc.tasks.cancel.mutationOptions({
      onSuccess: view => {
        queries.setQueryData(trpc.tasks.get.queryKey({ id: task.id }), view)
        void queries.invalidateQueries({ queryKey: trpc.tasks.timeline.queryKey({ id: task.id }) })
        notify.done('The task is cancelled')
        onClose()
      },
      onError: () => void queries.invalidateQueries({ queryKey: trpc.tasks.get.queryKey({ id: task.id }) }),
    }),
  )
  const isRunning = task.status === 'running'
  return (
    <AlertDialog open onOpenChange={open => !open && onClose()}>
      <AlertDialogContent
        title={`Cancel ${task.type} …${task.id.slice(-6)}?`}
        description={`${isRunning ? 'Its call is aborted; what the module has done by then stays done.' : 'It will not start.'} It cannot be undone; a retry makes a new task.`}
      >
        <Field label="Why" optional className="mt-4">
          {control => (
            <Input {...control} value={reason} maxLength={500} onChange={event => setReason(event.target.value)} />
          )}
        </Field>
        <ErrorLine error={error} className="mt-3" />
        <AlertDialogFooter>
          <AlertDialogCancel>Keep it</AlertDialogCancel>
          <ActionButton
            variant="destructive"
            pending={isPending}
            onClick={() => mutate({ id: task.id, ...(reason.trim() ? { reason: reason.trim() } : {}) })}
          >
            Cancel the task
          </ActionButton>
        </AlertDialogFooter>
      </AlertDialogContent>
    </AlertDialog>
  )
}
