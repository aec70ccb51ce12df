'use client'

import { Area, Bar, CartesianGrid, ComposedChart, Line, Tooltip, XAxis, YAxis } from 'recharts'
import type { ThroughputPoint } from '#server/contracts/stats.ts'
import { useClockZone } from '../data/use-clock-zone.ts'
import { formatCompact, formatRate } from '../ui/format.ts'
import { axisLook, ChartFrame, chartLook, gridLook, newest, timeAxisLook, tooltipLook } from './chart-frame.tsx'
import { ChartTooltip } from './chart-tooltip.tsx'
import { evenMoments } from './even-moments.ts'

export interface ThroughputAreaProps {
  /** Oldest first. */
  points: readonly ThroughputPoint[]
  /** How many seconds one point stands for. */
  secondsPerPoint?: number
  height?: number
}

/** Work accepted (line) against work ended well (area) and badly (bars, so that no failure means no mark), per second. */
export function ThroughputArea({ points, secondsPerPoint = 1, height = 180 }: ThroughputAreaProps) {
  const zone = useClockZone()
  const drawn = newest(points)
  const moments = evenMoments(
    drawn.map(({ at }) => new Date(at).getTime()),
    secondsPerPoint * 1_000,
  )
  const rows = drawn.map(({ accepted, succeeded, failed }, index) => ({
    at: moments[index],
    accepted: accepted / secondsPerPoint,
    succeeded: succeeded / secondsPerPoint,
    failed: failed / secondsPerPoint,
  }))
  const last = rows.at(-1)
  const words = last
    ? `latest: ${formatRate(last.accepted)} accepted, ${formatRate(last.succeeded)} succeeded, ${formatRate(last.failed)} failed`
    : 'no figures yet'
  return (
    <ChartFrame label={`Throughput over time, ${words}`} height={height}>
      <ComposedChart data={rows} {...chartLook}>
        <CartesianGrid {...gridLook} />
        <XAxis {...timeAxisLook(zone)} />
        <YAxis {...axisLook} width={36} tickFormatter={formatCompact} allowDecimals={false} domain={[0, 'auto']} />
        <Tooltip {...tooltipLook} content={props => <ChartTooltip {...props} zone={zone} format={formatRate} />} />
        <Area {...series} dataKey="succeeded" name="Succeeded" stroke="var(--ok)" fill="var(--ok)" fillOpacity={0.16} />
        <Bar
          dataKey="failed"
          name="Failed"
          fill="var(--bad)"
          maxBarSize={4}
          minPointSize={minFailedPx}
          isAnimationActive={false}
        />
        <Line {...series} dataKey="accepted" name="Accepted" stroke="var(--chart-1)" strokeDasharray="4 3" />
      </ComposedChart>
    </ChartFrame>
  )
}

/** One failure among thousands must still be seen. */
const minFailedPx = (value: number | undefined | null) => (value ? 2 : 0)

const series = {
  type: 'monotone',
  strokeWidth: 1.5,
  dot: false,
  activeDot: { r: 2.5 },
  isAnimationActive: false,
} as const
