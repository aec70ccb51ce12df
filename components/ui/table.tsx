import type { ComponentProps } from 'react'
import { cn } from './cn.ts'

/** A dense table that scrolls sideways in its own box; name it with `aria-label`. */
export function Table({ className, ...props }: ComponentProps<'table'>) {
  return (
    <div
      role="group"
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
      tabIndex={0}
      className="relative w-full overflow-x-auto focus-visible:-outline-offset-2"
    >
      <table className={cn('w-full border-separate border-spacing-0 text-left text-sm', className)} {...props} />
    </div>
  )
}

export function TableHeader({ className, ...props }: ComponentProps<'thead'>) {
  return <thead className={cn('sticky top-0 z-1 bg-card', className)} {...props} />
}

export function TableBody({ className, ...props }: ComponentProps<'tbody'>) {
  return <tbody className={cn('[&>tr:last-child>*]:border-b-0', className)} {...props} />
}

/**
 * A row; `data-active` marks the one under the keyboard cursor, `aria-selected` the chosen ones. Scrolled to, it stays clear of what covers
 * the page. It is positioned so that the browser keeps what it painted of it while rows come and go around it.
 */
export function TableRow({ className, ...props }: ComponentProps<'tr'>) {
  return (
    <tr
      className={cn(
        'relative h-9 scroll-my-24 hover:bg-muted/60 aria-selected:bg-primary-soft data-active:bg-muted data-active:shadow-[inset_2px_0_0_var(--primary)] *:border-b',
        className,
      )}
      {...props}
    />
  )
}

export interface TableCellProps extends ComponentProps<'td'> {
  /** Right-aligned with tabular figures. */
  numeric?: boolean
}

/** Heading of a column. */
export function TableHead({ className, numeric, ...props }: ComponentProps<'th'> & { numeric?: boolean }) {
  return (
    <th
      scope="col"
      className={cn(
        'h-8 whitespace-nowrap border-b px-3 font-medium text-faint-foreground text-xs first:pl-4 last:pr-4',
        numeric && 'text-right',
        className,
      )}
      {...props}
    />
  )
}

/** A cell. */
export function TableCell({ className, numeric, ...props }: TableCellProps) {
  return (
    <td
      className={cn('px-3 py-1.5 first:pl-4 last:pr-4', numeric && 'num whitespace-nowrap text-right', className)}
      {...props}
    />
  )
}
