'use client'

import { Tabs as Primitive } from 'radix-ui'
import { type ComponentProps, useEffect, useRef } from 'react'
import { cn } from './cn.ts'

/** Views of one thing. Keep `value` in the URL (nuqs), so that a tab is a link. */
export const Tabs = Primitive.Root

/** The row of tabs; scrolls sideways when it does not fit, at first to the one that is shown. */
export function TabsList({ className, ...props }: ComponentProps<typeof Primitive.List>) {
  const row = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const active = row.current?.querySelector<HTMLElement>('[data-state="active"]')
    if (row.current && active) row.current.scrollLeft = active.offsetLeft + active.offsetWidth - row.current.clientWidth
  }, [])
  return (
    <Primitive.List ref={row} className={cn('relative flex gap-4 overflow-x-auto border-b', className)} {...props} />
  )
}

export interface TabsTriggerProps extends ComponentProps<typeof Primitive.Trigger> {
  /** How many things the tab holds. */
  count?: number | undefined
}

/** One tab. */
export function TabsTrigger({ className, count, children, ...props }: TabsTriggerProps) {
  return (
    <Primitive.Trigger
      className={cn(
        '-mb-px flex h-9 shrink-0 items-center gap-1.5 whitespace-nowrap border-transparent border-b-2 font-medium text-muted-foreground transition-colors hover:text-foreground data-[state=active]:border-primary data-[state=active]:text-foreground focus-visible:-outline-offset-2',
        className,
      )}
      {...props}
    >
      {children}
      {count === undefined ? null : <span className="num rounded-sm bg-muted px-1 text-2xs">{count}</span>}
    </Primitive.Trigger>
  )
}

/** What a tab shows. */
export function TabsContent({ className, ...props }: ComponentProps<typeof Primitive.Content>) {
  return <Primitive.Content className={cn('pt-4', className)} {...props} />
}
