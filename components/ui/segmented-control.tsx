'use client'

import type { LucideIcon } from 'lucide-react'
import type { KeyboardEvent, ReactNode } from 'react'
import { cn } from './cn.ts'

interface SegmentedOption<Value extends string> {
  value: Value
  label: ReactNode
  icon?: LucideIcon
}

export interface SegmentedControlProps<Value extends string> {
  /** Names the group, for those who hear it. */
  label: string
  value: Value
  onValueChange: (value: Value) => void
  options: readonly SegmentedOption<Value>[]
  className?: string
}

const steps: Record<string, number | undefined> = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }

/** One of a few choices, all visible. Exactly one is always chosen; the arrow keys choose the next. */
export function SegmentedControl<Value extends string>({
  label,
  value,
  onValueChange,
  options,
  className,
}: SegmentedControlProps<Value>) {
  const move = (event: KeyboardEvent<HTMLButtonElement>) => {
    const step = steps[event.key]
    if (step === undefined) return
    event.preventDefault()
    const next = (options.findIndex(option => option.value === value) + step + options.length) % options.length
    const chosen = options[next]
    if (!chosen) return
    onValueChange(chosen.value)
    event.currentTarget.parentElement?.querySelectorAll('button')[next]?.focus()
  }
  return (
    <div
      role="radiogroup"
      aria-label={label}
      className={cn('inline-flex h-8 items-center rounded-md border bg-muted p-0.5 max-md:h-9', className)}
    >
      {options.map(({ value: option, label: text, icon: Icon }) => (
        <button
          key={option}
          type="button"
          role="radio"
          aria-checked={option === value}
          tabIndex={option === value ? 0 : -1}
          onClick={() => onValueChange(option)}
          onKeyDown={move}
          className="inline-flex h-full items-center gap-1.5 rounded-sm px-2.5 font-medium text-muted-foreground text-xs transition-colors hover:text-foreground aria-checked:bg-card aria-checked:text-foreground aria-checked:shadow-panel"
        >
          {Icon ? <Icon aria-hidden className="size-3.5" /> : null}
          {text}
        </button>
      ))}
    </div>
  )
}
