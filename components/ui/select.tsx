'use client'

import { Check, ChevronDown } from 'lucide-react'
import { Select as Primitive } from 'radix-ui'
import type { ComponentProps, ReactNode } from 'react'
import { cn } from './cn.ts'
import { fieldClasses } from './input.tsx'

interface SelectOption<Value extends string> {
  value: Value
  label: ReactNode
  disabled?: boolean
}

export interface SelectProps<Value extends string>
  extends Omit<ComponentProps<typeof Primitive.Trigger>, 'value' | 'onChange' | 'defaultValue' | 'children'> {
  value: Value | undefined
  onValueChange: (value: Value) => void
  options: readonly SelectOption<Value>[]
  placeholder?: string
}

/** One choice of a list. Option values must not be empty: use a value such as `any` for "no filter". */
export function Select<Value extends string>({
  value,
  onValueChange,
  options,
  placeholder,
  className,
  ...props
}: SelectProps<Value>) {
  return (
    <Primitive.Root value={value ?? ''} onValueChange={chosen => onValueChange(chosen as Value)}>
      <Primitive.Trigger
        className={cn(
          fieldClasses,
          'flex h-8 items-center justify-between gap-2 whitespace-nowrap data-placeholder:text-faint-foreground max-md:h-9',
          className,
        )}
        {...props}
      >
        <span className="truncate">
          <Primitive.Value placeholder={placeholder} />
        </span>
        <Primitive.Icon asChild>
          <ChevronDown aria-hidden className="size-3.5 shrink-0 text-muted-foreground" />
        </Primitive.Icon>
      </Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          position="popper"
          sideOffset={4}
          collisionPadding={8}
          className="data-[state=open]:fade-in-0 z-50 max-h-(--radix-select-content-available-height) min-w-(--radix-select-trigger-width) overflow-hidden rounded-lg border border-border-strong bg-popover text-popover-foreground shadow-overlay duration-100 data-[state=open]:animate-in"
        >
          <Primitive.Viewport className="p-1">
            {options.map(option => (
              <Primitive.Item
                key={option.value}
                value={option.value}
                disabled={option.disabled ?? false}
                className="relative flex min-h-7 select-none items-center rounded-sm py-1 pr-2 pl-7 text-sm outline-none data-[disabled]:opacity-50 data-[highlighted]:bg-accent max-md:min-h-9"
              >
                <Primitive.ItemIndicator className="absolute left-2">
                  <Check aria-hidden className="size-3.5" />
                </Primitive.ItemIndicator>
                <Primitive.ItemText>{option.label}</Primitive.ItemText>
              </Primitive.Item>
            ))}
          </Primitive.Viewport>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  )
}
