'use client'

import { CartesianGrid, Line, LineChart, Tooltip, XAxis, YAxis } from 'recharts'
import { useClockZone } from '../data/use-clock-zone.ts'
import { formatMs } from '../ui/format.ts'
import { axisLook, ChartFrame, chartLook, gridLook, newest, timeAxisLook, tooltipLook } from './chart-frame.tsx'
import { ChartTooltip } from './chart-tooltip.tsx'

/** Mean latency of a stretch of time; null where nothing ran. */
export interface BeforeAfterPoint {
  at: string
  side: 'before' | 'after'
  latencyMs: number | null
}

/** Latency before and after something was changed, in two lines on one axis of time. */
export function BeforeAfter({ points, height = 160 }: { points: readonly BeforeAfterPoint[]; height?: number }) {
  const zone = useClockZone()
  const rows = newest(points).map(({ at, side, latencyMs }) => ({ at: new Date(at).getTime(), [side]: latencyMs }))
  return (
    <ChartFrame label="Latency before the change and since" height={height}>
      <LineChart data={rows} {...chartLook}>
        <CartesianGrid {...gridLook} />
        <XAxis {...timeAxisLook(zone)} />
        <YAxis {...axisLook} width={52} tickFormatter={formatMs} domain={[0, 'auto']} />
        <Tooltip {...tooltipLook} content={props => <ChartTooltip {...props} zone={zone} format={formatMs} />} />
        <Line {...series} dataKey="before" name="Before" stroke="var(--chart-3)" />
        <Line {...series} dataKey="after" name="Since" stroke="var(--chart-1)" />
      </LineChart>
    </ChartFrame>
  )
}

const series = {
  type: 'monotone',
  strokeWidth: 1.5,
  dot: { r: 1.5 },
  connectNulls: true,
  isAnimationActive: false,
} as const
