import type { ComponentProps, ReactNode } from 'react'
import { cn } from './cn.ts'

/** A panel. Compose with `CardHeader` and `CardContent`. */
export function Card({ className, ...props }: ComponentProps<'section'>) {
  return (
    <section
      className={cn('min-w-0 rounded-lg border bg-card text-card-foreground shadow-panel', className)}
      {...props}
    />
  )
}

export interface CardHeaderProps {
  title: ReactNode
  /** A quiet note beside the title: a unit, a window, a count. */
  note?: ReactNode
  /** Controls at the right edge. */
  actions?: ReactNode
  /** Heading level; panels of a page are level 2. */
  level?: 2 | 3
  /** Id of the heading, for `aria-labelledby` of the card. */
  id?: string
  className?: string
}

/** Title row of a panel, of one height everywhere. */
export function CardHeader({ title, note, actions, level = 2, id, className }: CardHeaderProps) {
  const Heading = `h${level}` as const
  return (
    <header className={cn('flex min-h-11 items-center gap-2 border-b px-4 py-1.5', className)}>
      <Heading id={id} className="shrink-0 font-semibold text-sm">
        {title}
      </Heading>
      {note ? <div className="min-w-0 truncate text-faint-foreground text-xs">{note}</div> : null}
      {actions ? <div className="ml-auto flex shrink-0 items-center gap-1.5">{actions}</div> : null}
    </header>
  )
}

/** Body of a panel; pass `p-0` for tables and lists that reach the edges. */
export function CardContent({ className, ...props }: ComponentProps<'div'>) {
  return <div className={cn('p-4', className)} {...props} />
}

/** Last row of a panel: totals, pagination. */
export function CardFooter({ className, ...props }: ComponentProps<'footer'>) {
  return (
    <footer
      className={cn('flex min-h-10 items-center gap-2 border-t px-4 py-1.5 text-muted-foreground text-xs', className)}
      {...props}
    />
  )
}
