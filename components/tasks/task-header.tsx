'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Ban, CopyPlus, RotateCw } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import type { TaskView } from '#server/contracts/tasks.ts'
import { useTRPC } from '../data/trpc.ts'
import { useRefusal } from '../data/viewer.tsx'
import { ActionButton } from '../ui/action-button.tsx'
import { IdText } from '../ui/copy-button.tsx'
import { notify } from '../ui/notify.ts'
import { onDemand } from '../ui/on-demand.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { StatusBadge } from '../ui/status-badge.tsx'
import { isEnded } from './task-words.ts'

const CancelDialog = onDemand(() => import('./cancel-dialog.tsx').then(module => module.CancelDialog))
const SubmitTaskDialog = onDemand(() => import('./submit-task-dialog.tsx').then(module => module.SubmitTaskDialog))

/** What the task is and where it stands, and what can be done with it. */
export function TaskHeader({ task }: { task: TaskView }) {
  const refusal = useRefusal('operator')
  const [open, setOpen] = useState<'cancel' | 'similar' | null>(null)
  const close = () => setOpen(null)
  const retry = useRetry(task)
  const hasEnded = isEnded(task.status)
  return (
    <>
      <PageHeader
        title={task.type}
        trail={[{ href: '/tasks', label: 'Tasks' }]}
        badges={<StatusBadge of="task" status={task.status} />}
        description={<IdText id={task.id} />}
        actions={
          <>
            <ActionButton reason={refusal} onClick={() => setOpen('similar')}>
              <CopyPlus aria-hidden />
              Submit similar
            </ActionButton>
            <ActionButton
              variant={task.status === 'failed' || task.status === 'expired' ? 'primary' : 'secondary'}
              reason={refusal ?? (hasEnded ? null : 'It has not ended yet.')}
              pending={retry.isPending}
              onClick={() => retry.mutate({ id: task.id })}
            >
              <RotateCw aria-hidden />
              Retry
            </ActionButton>
            <ActionButton
              reason={refusal ?? (hasEnded ? 'It has already ended.' : null)}
              onClick={() => setOpen('cancel')}
            >
              <Ban aria-hidden />
              Cancel
            </ActionButton>
          </>
        }
      />
      {open === 'cancel' ? <CancelDialog task={task} onClose={close} /> : null}
      {open === 'similar' ? <SubmitTaskDialog like={task} onClose={close} /> : null}
    </>
  )
}

/** Makes a new task like this one and offers the way to it. */
function useRetry(task: TaskView) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const router = useRouter()
  return useMutation(
    trpc.tasks.retry.mutationOptions({
      onSuccess: receipt => {
        void queries.invalidateQueries({ queryKey: trpc.tasks.get.queryKey({ id: task.id }) })
        notify.done('A new task like it is accepted', {
          action: { label: 'Open', onClick: () => router.push(`/tasks/${receipt.id}`) },
        })
      },
      onError: error => notify.failed('The task was not retried', error),
    }),
  )
}
