import type { ReactNode } from 'react'
import { cn } from './cn.ts'
import { Skeleton } from './skeleton.tsx'
import { type Tone, toneClasses } from './status.ts'

export interface StatTileProps {
  label: string
  /** The figure, already formatted; undefined while loading. */
  value: ReactNode | undefined
  /** Unit behind the figure, smaller. */
  unit?: string
  /** What the figure is made of or compared with. */
  note?: ReactNode
  /** Only when the figure is a status. */
  tone?: Tone | undefined
  /** A sparkline or meter below. */
  children?: ReactNode
  className?: string
}

/** One figure with its name. Keeps its height while loading. */
export function StatTile({ label, value, unit, note, tone, children, className }: StatTileProps) {
  return (
    <div role="group" aria-label={label} className={cn('flex min-w-0 flex-col gap-0.5', className)}>
      <div className="truncate text-muted-foreground text-xs">{label}</div>
      <div className={cn('num flex h-8 items-baseline gap-1 font-semibold text-2xl', tone && toneClasses[tone].text)}>
        {value === undefined ? <Skeleton className="h-6 w-20 self-center" /> : value}
        {unit && value !== undefined ? <span className="font-normal text-muted-foreground text-sm">{unit}</span> : null}
      </div>
      {note ? <div className="num text-pretty text-faint-foreground text-xs sm:truncate">{note}</div> : null}
      {children}
    </div>
  )
}
