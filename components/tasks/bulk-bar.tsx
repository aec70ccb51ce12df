'use client'

import { Ban, RotateCw } from 'lucide-react'
import { useState } from 'react'
import type { TaskSummary } from '#server/contracts/tasks.ts'
import { useRefusal } from '../data/viewer.tsx'
import { ActionButton } from '../ui/action-button.tsx'
import { formatCount } from '../ui/format.ts'
import { onDemand } from '../ui/on-demand.tsx'
import { SelectionBar } from '../ui/selection-bar.tsx'
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
      <SelectionBar label="Chosen tasks" count={tasks.length} onClear={onClear}>
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
      </SelectionBar>
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
