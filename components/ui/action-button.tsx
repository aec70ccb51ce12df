'use client'

import { type MouseEvent, useState } from 'react'
import { Button, type ButtonProps } from './button.tsx'
import { Tooltip } from './tooltip.tsx'

export interface ActionButtonProps extends ButtonProps {
  /** Why it cannot be done now; null or undefined when it can. Shown on hover, on focus and on tap. */
  reason?: string | null | undefined
  /** While the action runs; clicks are ignored and the label stays. */
  pending?: boolean | undefined
}

/** A button for an act that may be refused: refused, it stays reachable by keyboard and says why. */
export function ActionButton({ reason, pending = false, onClick, type = 'button', ...props }: ActionButtonProps) {
  const [open, setOpen] = useState(false)
  const refused = Boolean(reason) || pending
  const click = (event: MouseEvent<HTMLButtonElement>) => {
    if (!refused) return onClick?.(event)
    event.preventDefault()
    event.stopPropagation()
    setOpen(true)
  }
  const button = (
    <Button
      {...props}
      type={type}
      aria-disabled={refused || undefined}
      aria-busy={pending || undefined}
      onClick={click}
    />
  )
  return reason ? (
    <Tooltip content={reason} open={open} onOpenChange={setOpen} delayDuration={100}>
      {button}
    </Tooltip>
  ) : (
    button
  )
}
