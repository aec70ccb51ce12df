import { CheckCircle2 } from 'lucide-react'
import type { SubmitReceipt } from '#server/contracts/tasks.ts'
import { Button, ButtonLink } from '../ui/button.tsx'
import { IdText } from '../ui/copy-button.tsx'
import { DialogBody, DialogClose, DialogFooter } from '../ui/dialog.tsx'
import { StatusBadge } from '../ui/status-badge.tsx'
import { aliasOf } from './task-words.ts'

export interface SubmitReceiptViewProps {
  receipt: SubmitReceipt
  type: string
  /** Back to the form as it was. */
  onAgain: () => void
}

/** A task was accepted: which one, and the way to it. */
export function SubmitReceiptView({ receipt, type, onAgain }: SubmitReceiptViewProps) {
  const { id, status, priority, deduplicated } = receipt
  return (
    <>
      <DialogBody className="grid gap-3">
        <p role="status" className="flex items-center gap-2 font-medium">
          <CheckCircle2 aria-hidden className="size-4 text-ok-text" />
          {deduplicated ? 'This key was seen before: here is the task that was made then.' : 'Accepted.'}
        </p>
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
          <span className="font-mono text-xs">{type}</span>
          <IdText id={id} />
          <StatusBadge of="task" status={status} />
          <span className="num text-muted-foreground">
            priority {priority} {aliasOf(priority)}
          </span>
        </div>
      </DialogBody>
      <DialogFooter>
        <Button onClick={onAgain}>Submit another</Button>
        <DialogClose asChild>
          <ButtonLink variant="primary" href={`/tasks/${id}`}>
            Open the task
          </ButtonLink>
        </DialogClose>
      </DialogFooter>
    </>
  )
}
