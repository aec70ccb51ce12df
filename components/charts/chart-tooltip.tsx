'use client'

import type { TooltipContentProps } from 'recharts'
import type { ClockZone } from '../ui/format.ts'
import { formatMoment } from '../ui/format.ts'

export interface ChartTooltipProps extends Partial<Pick<TooltipContentProps, 'active' | 'payload' | 'label'>> {
  zone: ClockZone
  format: (value: number) => string
}

/** The figures under the pointer, with the moment they belong to. */
export function ChartTooltip({ active, payload, label, zone, format }: ChartTooltipProps) {
  if (!active || !payload?.length || label === undefined) return null
  return (
    <div className="rounded-md border border-border-strong bg-popover px-2.5 py-2 text-xs shadow-overlay">
      <div className="num mb-1 text-muted-foreground">{formatMoment(Number(label), zone)}</div>
      <ul className="grid gap-0.5">
        {payload.map(({ name, value, color }) => (
          <li key={String(name)} className="flex items-center gap-2">
            <span aria-hidden className="size-2 rounded-[2px]" style={{ background: color }} />
            {name}
            <span className="num ml-auto pl-4 font-medium">{typeof value === 'number' ? format(value) : '–'}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}
