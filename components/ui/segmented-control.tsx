'use client'

import type { LucideIcon } from 'lucide-react'
import { ToggleGroup as Primitive } from 'radix-ui'
import type { ReactNode } from 'react'
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

/** One of a few choices, all visible. Exactly one is always chosen. */
export function SegmentedControl<Value extends string>({
  label,
  value,
  onValueChange,
  options,
  className,
}: SegmentedControlProps<Value>) {
  return (
    <Primitive.Root
      type="single"
      aria-label={label}
      value={value}
      onValueChange={chosen => chosen && onValueChange(chosen as Value)}
      className={cn('inline-flex h-8 items-center rounded-md border bg-muted p-0.5 max-md:h-9', className)}
    >
      {options.map(({ value: option, label: text, icon: Icon }) => (
        <Primitive.Item
          key={option}
          value={option}
          className="inline-flex h-full items-center gap-1.5 rounded-sm px-2.5 font-medium text-muted-foreground text-xs transition-colors hover:text-foreground data-[state=on]:bg-card data-[state=on]:text-foreground data-[state=on]:shadow-panel"
        >
          {Icon ? <Icon aria-hidden className="size-3.5" /> : null}
          {text}
        </Primitive.Item>
      ))}
    </Primitive.Root>
  )
}
