'use client'

import { CartesianGrid, Line, LineChart, Tooltip, XAxis, YAxis } from 'recharts'
import { useClockZone } from '../data/use-clock-zone.ts'
import { formatClock, formatMs } from '../ui/format.ts'
import { axisLook, ChartFrame, cursorLook, gridLook, newest } from './chart-frame.tsx'
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
  const meanOf = (side: BeforeAfterPoint['side']) => {
    const known = points.flatMap(point => (point.side === side && point.latencyMs !== null ? [point.latencyMs] : []))
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length
  }
  const label = `Latency before ${formatMs(meanOf('before'))}, since ${formatMs(meanOf('after'))}`
  return (
    <ChartFrame label={label} height={height}>
      <LineChart data={rows} margin={{ top: 6, right: 4, bottom: 0, left: 0 }} accessibilityLayer={false}>
        <CartesianGrid {...gridLook} />
        <XAxis
          {...axisLook}
          dataKey="at"
          type="number"
          scale="time"
          domain={['dataMin', 'dataMax']}
          tickFormatter={at => formatClock(at, zone)}
          minTickGap={64}
          height={20}
        />
        <YAxis {...axisLook} width={52} tickFormatter={formatMs} domain={[0, 'auto']} />
        <Tooltip
          cursor={cursorLook}
          isAnimationActive={false}
          content={props => <ChartTooltip {...props} zone={zone} format={formatMs} />}
        />
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
