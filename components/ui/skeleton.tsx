import type { ComponentProps } from 'react'
import { cn } from './cn.ts'

/** Holds the place of something that is loading; give it the size of what will come. Not read out. */
export function Skeleton({ className, ...props }: ComponentProps<'div'>) {
  return <div aria-hidden className={cn('animate-pulse rounded-sm bg-muted', className)} {...props} />
}

/** Rows of a table or list that is loading, each as tall as a real one. */
export function SkeletonRows({
  rows = 8,
  label = 'Loading',
  className,
}: {
  rows?: number
  label?: string
  className?: string
}) {
  return (
    <div role="status" aria-label={label} className={className}>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="flex h-9 items-center gap-4 border-b px-4 last:border-0">
          <Skeleton className="h-3.5 w-1/4" />
          <Skeleton className="h-3.5 w-1/6" />
          <Skeleton className="ml-auto h-3.5 w-1/5" />
        </div>
      ))}
    </div>
  )
}
