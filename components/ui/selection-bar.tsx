'use client'

import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { formatCount } from './format.ts'

export interface SelectionBarProps {
  /** What is chosen, in words: `Chosen tasks`. */
  label: string
  count: number
  onClear: () => void
  /** What can be done with them. */
  children: ReactNode
}

/** What can be done with the chosen rows of a list, at the foot of the screen; nothing while none is chosen. */
export function SelectionBar({ label, count, onClear, children }: SelectionBarProps) {
  if (count === 0) return null
  return (
    <div
      role="region"
      aria-label={label}
      className="sticky bottom-4 z-20 mx-auto mt-3 flex w-fit max-w-full flex-wrap items-center gap-2 rounded-lg border border-border-strong bg-popover py-1.5 pr-1.5 pl-3 shadow-overlay max-md:bottom-20"
    >
      <span className="num mr-1 font-medium">{formatCount(count)} selected</span>
      {children}
      <Button variant="ghost" size="icon-sm" aria-label="Select none" onClick={onClear}>
        <X aria-hidden />
      </Button>
    </div>
  )
}
