'use client'

import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { missingReason, ReasonField } from '../breakers/reason-field.tsx'
import { useTRPC } from '../data/trpc.ts'
import { useFleetPulse } from '../data/use-dashboard.ts'
import { ActionButton } from '../ui/action-button.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter } from '../ui/dialog.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { plural } from '../ui/format.ts'
import { notify } from '../ui/notify.ts'
import { capitalize, nameOf, type PauseTarget } from './pause-words.ts'
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
          {act === 'pause' ? <Touched target={target} /> : null}
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

/** How much work it concerns now. */
function Touched({ target }: { target: PauseTarget }) {
  const view = useFleetPulse()
  const counts = view && countsOf(view, target)
  if (!counts) return null
  const { ready, running } = counts
  return (
    <p className="num text-muted-foreground">
      Now: {ready === null ? null : `${plural(ready, 'task')} ready, held back then; `}
      {running === 0 ? 'nothing runs.' : `${plural(running, 'call')} under way, not touched.`}
    </p>
  )
}

function countsOf({ queue, modules }: NonNullable<ReturnType<typeof useFleetPulse>>, target: PauseTarget) {
  if (target.scope === 'all') return { ready: queue.ready, running: queue.running }
  if (target.scope === 'type') {
    const { ready, running } = queue.byType.find(({ type }) => type === target.id) ?? { ready: 0, running: 0 }
    return { ready, running }
  }
  const module = modules.find(({ id }) => id === target.id)
  return module ? { ready: null, running: module.inFlight } : null
}
