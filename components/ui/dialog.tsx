'use client'

import { Dialog as Primitive } from 'radix-ui'
import type { ComponentProps, ReactNode } from 'react'
import { cn } from './cn.ts'
import { OverlayHead, scrimClasses } from './overlay-head.tsx'
import { useReturnFocus } from './use-return-focus.ts'

export const Dialog = Primitive.Root
export const DialogTrigger = Primitive.Trigger
export const DialogClose = Primitive.Close

export interface DialogContentProps extends Omit<ComponentProps<typeof Primitive.Content>, 'title'> {
  title: ReactNode
  /** What the dialog is for, one sentence. */
  description?: ReactNode
}

/** The window of a `Dialog`; its body, also that of a form in it, scrolls inside when it is taller than the screen. */
export function DialogContent({ title, description, className, children, ...props }: DialogContentProps) {
  const returnFocus = useReturnFocus()
  return (
    <Primitive.Portal>
      <Primitive.Overlay className={scrimClasses} />
      <Primitive.Content
        {...returnFocus}
        {...(description ? {} : { 'aria-describedby': undefined })}
        className={cn(
          'data-[state=closed]:fade-out-0 data-[state=closed]:zoom-out-98 data-[state=open]:fade-in-0 data-[state=open]:zoom-in-98 fixed top-1/2 left-1/2 z-50 flex max-h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] max-w-lg -translate-x-1/2 -translate-y-1/2 flex-col rounded-xl border border-border-strong bg-popover text-popover-foreground shadow-overlay outline-none duration-150 data-[state=closed]:animate-out data-[state=open]:animate-in [&>form]:flex [&>form]:min-h-0 [&>form]:flex-1 [&>form]:flex-col',
          className,
        )}
        {...props}
      >
        <OverlayHead title={title} description={description} className="px-5 py-3.5" />
        {children}
      </Primitive.Content>
    </Primitive.Portal>
  )
}

/** The scrolling middle of a dialog. */
export function DialogBody({ className, ...props }: ComponentProps<'div'>) {
  return <div className={cn('min-h-0 flex-1 overflow-y-auto px-5 py-4', className)} {...props} />
}

/** The row of buttons of a dialog; the main one last. */
export function DialogFooter({ className, ...props }: ComponentProps<'footer'>) {
  return (
    <footer className={cn('flex flex-wrap items-center justify-end gap-2 border-t px-5 py-3', className)} {...props} />
  )
}
