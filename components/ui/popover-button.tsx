'use client'

import { cloneElement, type ReactElement, type ReactNode, useState } from 'react'
import type { ButtonProps } from './button.tsx'
import { onDemand } from './on-demand.tsx'

export interface PopoverButtonProps {
  button: ReactElement<ButtonProps>
  /** Names what opens. */
  label: string
  /** Of what opens. */
  className?: string
  children: (close: () => void) => ReactNode
}

const PopoverPanel = onDemand(() => import('./popover-panel.tsx').then(module => module.PopoverPanel), {
  placeholder: ({ button }) => cloneElement(button, { 'aria-busy': true }),
})

/** A button with a popover, which is loaded when the page is idle or when it is first pressed. */
export function PopoverButton(props: PopoverButtonProps) {
  const [isUsed, setUsed] = useState(false)
  if (isUsed) return <PopoverPanel {...props} />
  return cloneElement(props.button, {
    'aria-haspopup': 'dialog',
    'aria-expanded': false,
    onClick: () => setUsed(true),
  })
}
