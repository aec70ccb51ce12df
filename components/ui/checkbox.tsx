'use client'

import { Check, Minus } from 'lucide-react'
import type { ComponentProps } from 'react'
import { cn } from './cn.ts'

export interface CheckboxProps extends Omit<ComponentProps<'button'>, 'children' | 'type'> {
  checked: boolean | 'indeterminate'
  onCheckedChange?: (checked: boolean) => void
}

/** Chosen or not; `checked="indeterminate"` for "some of them". */
export function Checkbox({ checked, onCheckedChange, onClick, className, ...props }: CheckboxProps) {
  const isMixed = checked === 'indeterminate'
  const Mark = isMixed ? Minus : Check
  return (
    <button
      type="button"
      role="checkbox"
      aria-checked={isMixed ? 'mixed' : checked}
      onClick={event => {
        onClick?.(event)
        if (!event.defaultPrevented) onCheckedChange?.(checked !== true)
      }}
      className={cn(
        'peer grid size-4 shrink-0 place-items-center rounded-sm border border-faint-foreground bg-card text-primary-foreground transition-colors disabled:cursor-not-allowed disabled:opacity-50',
        checked !== false && 'border-primary bg-primary',
        className,
      )}
      {...props}
    >
      {checked === false ? null : <Mark aria-hidden className="size-3" strokeWidth={3} />}
    </button>
  )
}
