'use client'

import { Tooltip as Primitive } from 'radix-ui'
import type { ComponentProps, ReactNode } from 'react'
import { cn } from './cn.ts'

export const TooltipProvider = Primitive.Provider

export interface TooltipProps extends Omit<ComponentProps<typeof Primitive.Root>, 'children'> {
  /** What the tooltip says; nothing is shown when it is empty. */
  content: ReactNode
  /** One element that can take focus. */
  children: ReactNode
  side?: ComponentProps<typeof Primitive.Content>['side']
  className?: string
}

/** Explains the element it wraps, on hover and on focus. Never the only place of something needed. */
export function Tooltip({ content, children, side = 'top', className, ...props }: TooltipProps) {
  if (!content) return children
  return (
    <Primitive.Root {...props}>
      <Primitive.Trigger asChild>{children}</Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          side={side}
          sideOffset={5}
          collisionPadding={8}
          className={cn(
            'data-[state=delayed-open]:fade-in-0 z-60 max-w-72 text-balance rounded-md border border-border-strong bg-popover px-2 py-1.5 text-popover-foreground text-xs shadow-overlay duration-100 data-[state=delayed-open]:animate-in',
            className,
          )}
        >
          {content}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  )
}
