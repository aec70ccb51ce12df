import type { ReactNode } from 'react'
import { cn } from './cn.ts'

/** Names and values of one thing, two columns, dense. */
export function DefinitionList({
  items,
  className,
}: {
  items: { term: string; value: ReactNode }[]
  className?: string
}) {
  return (
    <dl className={cn('grid grid-cols-[minmax(6rem,auto)_1fr] gap-x-4 gap-y-1.5', className)}>
      {items.map(({ term, value }) => (
        <div key={term} className="contents">
          <dt className="text-muted-foreground">{term}</dt>
          <dd className="min-w-0 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
