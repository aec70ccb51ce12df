import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { cn } from './cn.ts'
import { CopyButton } from './copy-button.tsx'

export interface EmptyStateProps {
  icon?: LucideIcon
  /** What is not there. */
  title: string
  /** Why, and what would bring it. */
  children?: ReactNode
  /** The exact next command, shown with a copy button. */
  command?: string
  /** Buttons. */
  actions?: ReactNode
  className?: string
}

/** Nothing here, and what to do about it. */
export function EmptyState({ icon: Icon, title, children, command, actions, className }: EmptyStateProps) {
  return (
    <div className={cn('flex flex-col items-center justify-center gap-1 px-6 py-10 text-center', className)}>
      {Icon ? <Icon aria-hidden className="mb-2 size-5 text-faint-foreground" strokeWidth={1.75} /> : null}
      <p className="font-medium">{title}</p>
      {children ? <div className="max-w-md text-balance text-muted-foreground">{children}</div> : null}
      {command ? (
        <div className="mt-3 flex max-w-full items-center gap-2 rounded-md border bg-muted py-1 pr-1 pl-3">
          <code className="min-w-0 overflow-x-auto whitespace-nowrap text-xs">{command}</code>
          <CopyButton value={command} label="Copy the command" />
        </div>
      ) : null}
      {actions ? <div className="mt-3 flex flex-wrap justify-center gap-2">{actions}</div> : null}
    </div>
  )
}
