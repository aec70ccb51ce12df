'use client'

import { Popover as Primitive } from 'radix-ui'
import { useState } from 'react'
import { cn } from './cn.ts'
import type { PopoverButtonProps } from './popover-button.tsx'

/** The button with its popover; it is open when it comes. Use `PopoverButton`, which brings it in. */
export function PopoverPanel({ button, label, className, children }: PopoverButtonProps) {
  const [isOpen, setOpen] = useState(true)
  return (
    <Primitive.Root open={isOpen} onOpenChange={setOpen}>
      <Primitive.Trigger asChild>{button}</Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          aria-label={label}
          align="end"
          sideOffset={4}
          collisionPadding={8}
          className={cn(
            'data-[state=open]:fade-in-0 data-[state=open]:zoom-in-98 z-50 w-72 max-w-[calc(100vw-1rem)] origin-(--radix-popover-content-transform-origin) rounded-lg border border-border-strong bg-popover p-3 text-popover-foreground shadow-overlay outline-none duration-100 data-[state=open]:animate-in',
            className,
          )}
        >
          {children(() => setOpen(false))}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  )
}
