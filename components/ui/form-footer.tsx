import type { ReactNode } from 'react'
import { ActionButton } from './action-button.tsx'
import { Button } from './button.tsx'
import { DialogClose, DialogFooter } from './dialog.tsx'

/** The foot of a form in a dialog: leave it as it is, or send it. `children` names what sending does. */
export function FormFooter({ pending, children }: { pending: boolean; children: ReactNode }) {
  return (
    <DialogFooter>
      <DialogClose asChild>
        <Button>Cancel</Button>
      </DialogClose>
      <ActionButton type="submit" variant="primary" pending={pending}>
        {children}
      </ActionButton>
    </DialogFooter>
  )
}
