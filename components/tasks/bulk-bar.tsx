'use client'

import { Ban, RotateCw, X } from 'lucide-react'
import { useState } from 'react'
import type { TaskSummary } from '#server/contracts/tasks.ts'
import { useRefusal } from '../data/viewer.tsx'
import { ActionButton } from '../ui/action-button.tsx'
import { Button } from '../ui/button.tsx'
import { formatCount } from '../ui/format.ts'
import { onDemand } from '../ui/on-demand.tsx'
import { isEnded } from './task-words.ts'

const BulkDialog = onDemand(() => import('./bulk-dialog.tsx').then(module => module.BulkDialog))

export interface BulkBarProps {
  /** The chosen tasks. */
  tasks: readonly TaskSummary[]
  onClear: () => void
}

/** What can be done with the chosen tasks, at the foot of the screen; says for how many of them. */
export function BulkBar({ tasks, onClear }: BulkBarProps) {
  const refusal = useRefusal('operator')
  const [open, setOpen] = useState<{ kind: 'cancel' | 'retry'; tasks: readonly TaskSummary[] } | null>(null)
  const toCancel = tasks.filter(({ status }) => !isEnded(status))
  const toRetry = tasks.filter(({ status }) => isEnded(status))
  return (
    <>
      {tasks.length > 0 ? (
        <div
          role="region"
          aria-label="Chosen tasks"
          className="sticky bottom-4 z-20 mx-auto mt-3 flex w-fit max-w-full flex-wrap items-center gap-2 rounded-lg border border-border-strong bg-popover py-1.5 pr-1.5 pl-3 shadow-overlay max-md:bottom-20"
        >
          <span className="num mr-1 font-medium">{formatCount(tasks.length)} selected</span>
          <ActionButton
            size="sm"
            reason={refusal ?? (toCancel.length === 0 ? 'All of them have ended.' : null)}
            onClick={() => setOpen({ kind: 'cancel', tasks: toCancel })}
          >
            <Ban aria-hidden />
            Cancel {formatCount(toCancel.length)}
          </ActionButton>
          <ActionButton
            size="sm"
            reason={refusal ?? (toRetry.length === 0 ? 'None of them has ended.' : null)}
            onClick={() => setOpen({ kind: 'retry', tasks: toRetry })}
          >
            <RotateCw aria-hidden />
            Retry {formatCount(toRetry.length)}
          </ActionButton>
          <Button variant="ghost" size="icon-sm" aria-label="Select none" onClick={onClear}>
            <X aria-hidden />
          </Button>
        </div>
      ) : null}
      {open ? (
        <BulkDialog
          kind={open.kind}
          tasks={open.tasks}
          onClose={done => {
            setOpen(null)
            if (done) onClear()
          }}
        />
      ) : null}
    </>
  )
}
