'use client'

import type { MouseEvent } from 'react'
import { Button, type ButtonProps } from './button.tsx'
import { Tooltip } from './tooltip.tsx'

export interface ActionButtonProps extends ButtonProps {
  /** Why it cannot be done now; null or undefined when it can. Shown on hover, on focus and on tap. */
  reason?: string | null | undefined
  /** While the action runs; clicks are ignored and the label stays. */
  pending?: boolean | undefined
}

/** A button for an act that may be refused: refused, it stays reachable by keyboard and says why. */
export function ActionButton({ reason, pending = false, onClick, ...props }: ActionButtonProps) {
  const refused = Boolean(reason) || pending
  const click = (event: MouseEvent<HTMLButtonElement>) => {
    if (!refused) return onClick?.(event)
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <Tooltip content={reason} onPress="show">
      <Button {...props} aria-disabled={refused || undefined} aria-busy={pending || undefined} onClick={click} />
    </Tooltip>
  )
}
