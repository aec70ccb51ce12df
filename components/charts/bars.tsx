import type { ReactNode } from 'react'
import { cn } from '../ui/cn.ts'
import { formatCount } from '../ui/format.ts'
import { type Tone, toneClasses } from '../ui/status.ts'

/** Fill of a bar: a status tone, or one of the neutral series 1-5. */
type BarFill = Tone | 1 | 2 | 3 | 4 | 5

function colorOf(fill: BarFill): string {
  return typeof fill === 'number' ? `var(--chart-${fill})` : toneClasses[fill].stroke
}

interface BarSegment {
  /** Key and name: `Running`. */
  name: string
  value: number
  fill: BarFill
}

export interface StackedBarProps {
  /** What is divided: `Tasks by state`. */
  label: string
  segments: readonly BarSegment[]
  /** The whole; the sum of the segments when absent. */
  total?: number
  /** Names and figures below the bar. */
  legend?: boolean
  className?: string
}

/** A whole divided into its parts. */
export function StackedBar({ label, segments, total, legend = false, className }: StackedBarProps) {
  const whole = total ?? segments.reduce((sum, segment) => sum + segment.value, 0)
  const words = segments.map(({ name, value }) => `${name} ${formatCount(value)}`).join(', ')
  return (
    <div className={cn('min-w-0', className)}>
      <div
        role="img"
        aria-label={`${label}: ${words}`}
        className="flex h-1.5 w-full gap-px overflow-hidden rounded-full bg-muted"
      >
        {segments.map(({ name, value, fill }) =>
          value > 0 && whole > 0 ? (
            <div
              key={name}
              title={`${name}: ${formatCount(value)}`}
              className="h-full min-w-0.5"
              style={{ width: `${(value / whole) * 100}%`, background: colorOf(fill) }}
            />
          ) : null,
        )}
      </div>
      {legend ? <Legend segments={segments} className="mt-2" /> : null}
    </div>
  )
}

/** Names, colours and figures of the series of a chart. */
export function Legend({ segments, className }: { segments: readonly BarSegment[]; className?: string }) {
  return (
    <ul className={cn('flex flex-wrap gap-x-3 gap-y-1 text-muted-foreground text-xs', className)}>
      {segments.map(({ name, value, fill }) => (
        <li key={name} className="flex items-center gap-1.5">
          <span aria-hidden className="size-2 rounded-[2px]" style={{ background: colorOf(fill) }} />
          {name}
          <span className="num font-medium text-foreground">{formatCount(value)}</span>
        </li>
      ))}
    </ul>
  )
}

export interface BarListItem {
  key: string
  name: ReactNode
  segments: readonly BarSegment[]
  /** The figure at the right; the sum of the segments when absent. */
  figure?: ReactNode
}

export interface BarListProps {
  label: string
  items: readonly BarListItem[]
  /** End of the scale; the longest row when absent. */
  max?: number
  className?: string
}

/** Named bars under one another on one scale: queue by priority, calls by module. Rows keep their place and height. */
export function BarList({ label, items, max, className }: BarListProps) {
  const sums = items.map(item => item.segments.reduce((sum, segment) => sum + segment.value, 0))
  const top = max ?? Math.max(1, ...sums)
  return (
    <ul
      aria-label={label}
      className={cn('grid grid-cols-[minmax(0,auto)_minmax(3rem,1fr)_auto] gap-x-3 gap-y-1', className)}
    >
      {items.map((item, index) => (
        <li key={item.key} className="col-span-3 grid h-5 grid-cols-subgrid items-center">
          <span className="truncate text-muted-foreground text-xs">{item.name}</span>
          <StackedBar label="Parts" segments={item.segments} total={top} />
          <span className="num min-w-8 text-right text-xs">{item.figure ?? formatCount(sums[index] ?? 0)}</span>
        </li>
      ))}
    </ul>
  )
}
