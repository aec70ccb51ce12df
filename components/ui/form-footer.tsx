import type { ReactNode } from 'react'
import { ActionButton } from './action-button.tsx'
import { Button } from './button.tsx'
import { DialogClose, DialogFooter } from './dialog.tsx'

export interface FormFooterProps {
  pending: boolean
  /** Why it cannot be sent as it is. */
  reason?: string | null
  /** At the other end: what went wrong with the whole, or another button. */
  aside?: ReactNode
  /** What sending does. */
  children: ReactNode
}

/** The foot of a form in a dialog: leave it as it is, or send it. */
export function FormFooter({ pending, reason = null, aside, children }: FormFooterProps) {
  return (
    <DialogFooter>
      {aside ? <div className="mr-auto min-w-0">{aside}</div> : null}
      <DialogClose asChild>
        <Button>Cancel</Button>
      </DialogClose>
      <ActionButton type="submit" variant="primary" pending={pending} reason={reason}>
        {children}
      </ActionButton>
    </DialogFooter>
  )
}
