'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { TaskView } from '#server/contracts/tasks.ts'
import { useTRPC } from '../data/trpc.ts'
import { notify } from '../ui/notify.ts'
import { ReasonDialog } from '../ui/reason-dialog.tsx'

/** Asks before a task is cancelled, and why. */
export function CancelDialog({ task, onClose }: { task: TaskView; onClose: () => void }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
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
    <ReasonDialog
      title={`Cancel ${task.type} …${task.id.slice(-6)}?`}
      description={`${isRunning ? 'Its call is aborted; what the module has done by then stays done.' : 'It will not start.'} It cannot be undone; a retry makes a new task.`}
      placeholder="Submitted twice"
      act="Cancel the task"
      cancel="Keep it"
      variant="destructive"
      isOptional
      pending={isPending}
      error={error}
      onAct={reason => mutate({ id: task.id, ...(reason ? { reason } : {}) })}
      onClose={onClose}
    />
  )
}
