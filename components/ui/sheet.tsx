'use client'

import { X } from 'lucide-react'
import { Dialog as Primitive } from 'radix-ui'
import type { ComponentProps, ReactNode } from 'react'
import { cn } from './cn.ts'
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
      <Primitive.Overlay className="data-[state=closed]:fade-out-0 data-[state=open]:fade-in-0 fixed inset-0 z-50 bg-scrim duration-150 data-[state=closed]:animate-out data-[state=open]:animate-in" />
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
        <header className="flex items-start gap-4 border-b px-4 py-3">
          <div className="min-w-0">
            <Primitive.Title className="font-semibold text-base">{title}</Primitive.Title>
            {description ? (
              <Primitive.Description className="text-muted-foreground">{description}</Primitive.Description>
            ) : null}
          </div>
          <Primitive.Close
            aria-label="Close"
            className="-mr-1 ml-auto grid size-7 shrink-0 place-items-center rounded-md text-muted-foreground transition-colors hover:bg-accent hover:text-foreground"
          >
            <X aria-hidden className="size-4" />
          </Primitive.Close>
        </header>
        <div className="min-h-0 flex-1 overflow-y-auto p-4">{children}</div>
      </Primitive.Content>
    </Primitive.Portal>
  )
}
