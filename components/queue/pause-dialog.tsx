'use client'

import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { missingReason, ReasonField } from '../breakers/reason-field.tsx'
import { useTRPC } from '../data/trpc.ts'
import { ImpactPanel } from '../impact/impact-panel.tsx'
import { ActionButton } from '../ui/action-button.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter } from '../ui/dialog.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { notify } from '../ui/notify.ts'
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
  const [reason, setReason] = useState('')
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
    <Dialog open onOpenChange={open => !open && onClose()}>
      <DialogContent title={`${verb} ${name}`} description={effects[act]}>
        <DialogBody className="grid gap-4">
          {act === 'pause' ? <ImpactPanel input={previewOf(target)} /> : null}
          <ReasonField
            value={reason}
            onChange={setReason}
            placeholder={act === 'pause' ? 'The provider asked for a break until noon' : 'The provider is ready again'}
          />
          <ErrorLine error={error} />
        </DialogBody>
        <DialogFooter>
          <DialogClose asChild>
            <Button>Cancel</Button>
          </DialogClose>
          <ActionButton
            variant="primary"
            reason={missingReason(reason)}
            pending={isPending}
            onClick={() => mutate({ ...target, reason: reason.trim() })}
          >
            {verb}
          </ActionButton>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  )
}
