'use client'

import { useMutation } from '@tanstack/react-query'
import { useTRPC } from '../data/trpc.ts'
import { ImpactPanel } from '../impact/impact-panel.tsx'
import { notify } from '../ui/notify.ts'
import { ReasonDialog } from '../ui/reason-dialog.tsx'
import { capitalize, nameOf, type PauseTarget, previewOf } from './pause-words.ts'
import { useRefreshPauses } from './use-pauses.ts'

const effects = {
  pause:
    'Nothing new is started until somebody resumes it. What runs goes on, what waits keeps its place, and deadlines still count.',
  resume: 'What waits is started again, in its order.',
} as const

export interface PauseDialogProps {
  target: PauseTarget
  act: 'pause' | 'resume'
  onClose: () => void
}

/** Holds a part of the queue back, or lets it go on; with the reason, which everybody sees. */
export function PauseDialog({ target, act, onClose }: PauseDialogProps) {
  const trpc = useTRPC()
  const refresh = useRefreshPauses()
  const name = nameOf(target)
  const done = {
    onSuccess: () => {
      refresh()
      notify.done(`${capitalize(name)} is ${act === 'pause' ? 'paused' : 'resumed'}`)
      onClose()
    },
  }
  const pause = useMutation(trpc.queues.pause.mutationOptions(done))
  const resume = useMutation(trpc.queues.resume.mutationOptions(done))
  const { mutate, isPending, error } = act === 'pause' ? pause : resume
  const verb = act === 'pause' ? 'Pause' : 'Resume'
  return (
    <ReasonDialog
      title={`${verb} ${name}`}
      description={effects[act]}
      placeholder={act === 'pause' ? 'The provider asked for a break until noon' : 'The provider is ready again'}
      act={verb}
      {...(act === 'pause' && target.scope === 'all' ? { phrase: 'pause all' } : {})}
      pending={isPending}
      error={error}
      onAct={reason => mutate({ ...target, reason })}
      onClose={onClose}
      effect={act === 'pause' ? <ImpactPanel input={previewOf(target)} /> : null}
    />
  )
}
