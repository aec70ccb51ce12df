'use client'

import { Dialog as Primitive } from 'radix-ui'
import type { ComponentProps, ReactNode } from 'react'
import { cn } from './cn.ts'
import { OverlayHead, scrimClasses } from './overlay-head.tsx'
import { useReturnFocus } from './use-return-focus.ts'

export const Sheet = Primitive.Root
export const SheetTrigger = Primitive.Trigger
export const SheetClose = Primitive.Close

export interface SheetContentProps extends Omit<ComponentProps<typeof Primitive.Content>, 'title'> {
  title: ReactNode
  description?: ReactNode
  /** The edge it comes from; 480 px wide on the right, 280 on the left, as wide as a phone on phones. */
  side?: 'left' | 'right'
}

/** A panel at an edge of the screen, for details beside a list. */
export function SheetContent({ title, description, side = 'right', className, children, ...props }: SheetContentProps) {
  const returnFocus = useReturnFocus()
  return (
    <Primitive.Portal>
      <Primitive.Overlay className={scrimClasses} />
      <Primitive.Content
        {...returnFocus}
        {...(description ? {} : { 'aria-describedby': undefined })}
        className={cn(
          'fixed inset-y-0 z-50 flex flex-col border-border-strong bg-popover text-popover-foreground shadow-overlay outline-none duration-200 data-[state=closed]:animate-out data-[state=open]:animate-in',
          side === 'right'
            ? 'data-[state=closed]:slide-out-to-right data-[state=open]:slide-in-from-right right-0 w-full max-w-120 border-l'
            : 'data-[state=closed]:slide-out-to-left data-[state=open]:slide-in-from-left left-0 w-70 border-r',
          className,
        )}
        {...props}
      >
        <OverlayHead title={title} description={description} />
        <div className="min-h-0 flex-1 overflow-y-auto p-4">{children}</div>
      </Primitive.Content>
    </Primitive.Portal>
  )
}
