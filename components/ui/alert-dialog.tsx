'use client'

import { AlertDialog as Primitive } from 'radix-ui'
import type { ComponentProps, ReactNode } from 'react'
import { buttonVariants } from './button.tsx'
import { cn } from './cn.ts'
import { scrimClasses } from './overlay-head.tsx'
import { useReturnFocus } from './use-return-focus.ts'

export const AlertDialog = Primitive.Root
export const AlertDialogTrigger = Primitive.Trigger

export interface AlertDialogContentProps extends Omit<ComponentProps<typeof Primitive.Content>, 'title'> {
  /** The question, with the name of what it is about. */
  title: ReactNode
  /** What it touches and whether it can be undone. */
  description: ReactNode
}

/** A question that must be answered: no close mark, and a click outside does nothing. Focus starts on "cancel". */
export function AlertDialogContent({ title, description, className, children, ...props }: AlertDialogContentProps) {
  const returnFocus = useReturnFocus()
  return (
    <Primitive.Portal>
      <Primitive.Overlay className={scrimClasses} />
      <Primitive.Content
        {...returnFocus}
        className={cn(
          'data-[state=closed]:fade-out-0 data-[state=closed]:zoom-out-98 data-[state=open]:fade-in-0 data-[state=open]:zoom-in-98 fixed top-1/2 left-1/2 z-50 max-h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] max-w-md -translate-x-1/2 -translate-y-1/2 overflow-y-auto rounded-xl border border-border-strong bg-popover p-5 text-popover-foreground shadow-overlay outline-none duration-150 data-[state=closed]:animate-out data-[state=open]:animate-in',
          className,
        )}
        {...props}
      >
        <Primitive.Title className="font-semibold text-base">{title}</Primitive.Title>
        <Primitive.Description className="mt-1 text-muted-foreground">{description}</Primitive.Description>
        {children}
      </Primitive.Content>
    </Primitive.Portal>
  )
}

/** The row of buttons of an alert dialog. */
export function AlertDialogFooter({ className, ...props }: ComponentProps<'footer'>) {
  return <footer className={cn('mt-5 flex flex-wrap justify-end gap-2', className)} {...props} />
}

/** Leaves without doing anything. */
export function AlertDialogCancel({
  className,
  children = 'Cancel',
  ...props
}: ComponentProps<typeof Primitive.Cancel>) {
  return (
    <Primitive.Cancel className={cn(buttonVariants(), className)} {...props}>
      {children}
    </Primitive.Cancel>
  )
}
