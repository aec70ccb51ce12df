'use client'

import { CartesianGrid, Line, LineChart, Tooltip, XAxis, YAxis } from 'recharts'
import { useClockZone } from '../data/use-clock-zone.ts'
import { formatMs } from '../ui/format.ts'
import { axisLook, ChartFrame, chartLook, gridLook, newest, timeAxisLook, tooltipLook } from './chart-frame.tsx'
import { ChartTooltip } from './chart-tooltip.tsx'

/** Latency at one moment, in milliseconds; null where nothing was measured. */
export interface LatencyPoint {
  at: string
  p50Ms: number | null
  p95Ms: number | null
  p99Ms?: number | null
}

/** Percentiles of latency over time; gaps where nothing was measured. */
export function LatencyLines({ points, height = 160 }: { points: readonly LatencyPoint[]; height?: number }) {
  const zone = useClockZone()
  const rows = newest(points).map(point => ({ ...point, at: new Date(point.at).getTime() }))
  const last = rows.findLast(row => row.p50Ms !== null)
  const words = last
    ? `latest: median ${formatMs(last.p50Ms)}, 95th percentile ${formatMs(last.p95Ms)}`
    : 'no figures yet'
  return (
    <ChartFrame label={`Latency over time, ${words}`} height={height}>
      <LineChart data={rows} {...chartLook}>
        <CartesianGrid {...gridLook} />
        <XAxis {...timeAxisLook(zone)} />
        <YAxis {...axisLook} width={52} tickFormatter={formatMs} domain={[0, 'auto']} />
        <Tooltip {...tooltipLook} content={props => <ChartTooltip {...props} zone={zone} format={formatMs} />} />
        <Line {...series} dataKey="p50Ms" name="Median" stroke="var(--chart-1)" />
        <Line {...series} dataKey="p95Ms" name="95th percentile" stroke="var(--chart-2)" />
        {rows.some(row => typeof row.p99Ms === 'number') ? (
          <Line {...series} dataKey="p99Ms" name="99th percentile" stroke="var(--chart-3)" />
        ) : null}
      </LineChart>
    </ChartFrame>
  )
}

const series = {
  type: 'monotone',
  strokeWidth: 1.5,
  dot: false,
  activeDot: { r: 2.5 },
  isAnimationActive: false,
} as const
