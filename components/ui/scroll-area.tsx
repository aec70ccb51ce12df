import type { ComponentProps } from 'react'
import { cn } from './cn.ts'

/** A box that scrolls by itself, with thin native scroll bars, reachable by keyboard; `label` names it. */
export function ScrollArea({ className, label, ...props }: ComponentProps<'div'> & { label: string }) {
  return (
    <div
      role="region"
      aria-label={label}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
      tabIndex={0}
      className={cn(
        'overflow-auto overscroll-contain [scrollbar-width:thin] focus-visible:-outline-offset-2',
        className,
      )}
      {...props}
    />
  )
}
