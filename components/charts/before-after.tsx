'use client'

import { CartesianGrid, Line, LineChart, ReferenceLine, Tooltip, XAxis, YAxis } from 'recharts'
import { useClockZone } from '../data/use-clock-zone.ts'
import { type ClockZone, formatMoment, formatMs } from '../ui/format.ts'
import { axisLook, ChartFrame, chartLook, gridLook, newest, tooltipLook } from './chart-frame.tsx'
import { ChartTooltip } from './chart-tooltip.tsx'

/** Mean latency of a stretch of time; null where nothing ran. */
export interface BeforeAfterPoint {
  at: string
  side: 'before' | 'after'
  latencyMs: number | null
}

interface Range {
  from: string
  to: string
}

export interface BeforeAfterProps {
  points: readonly BeforeAfterPoint[]
  windows: { before: Range; after: Range }
  height?: number
}

/**
 * Latency before and after something was changed. Each side has half of the width, however long it was: on one axis of time a week
 * before would leave an hour since no room.
 */
export function BeforeAfter({ points, windows, height = 160 }: BeforeAfterProps) {
  const zone = useClockZone()
  const rows = [...placed(points, 'before'), ...placed(points, 'after')]
  return (
    <div>
      <ChartFrame label="Latency before the change, left, and since, right" height={height}>
        <LineChart data={rows} {...chartLook}>
          <CartesianGrid {...gridLook} />
          <XAxis dataKey="place" type="number" domain={[-1, 1]} hide />
          <YAxis {...axisLook} width={axisWidth} tickFormatter={formatMs} domain={[0, 'auto']} />
          <ReferenceLine x={0} stroke="var(--border-strong)" strokeDasharray="4 3" />
          <Tooltip
            {...tooltipLook}
            content={({ active, payload }) => (
              <ChartTooltip
                active={active}
                payload={payload}
                label={payload[0]?.payload.at}
                zone={zone}
                format={formatMs}
              />
            )}
          />
          <Line {...series} dataKey="before" name="Before" stroke={colors.before} />
          <Line {...series} dataKey="after" name="Since" stroke={colors.after} />
        </LineChart>
      </ChartFrame>
      <div className="grid grid-cols-2 gap-2 text-muted-foreground text-xs" style={{ paddingLeft: axisWidth }}>
        <SideName name="Before" color={colors.before} range={windows.before} zone={zone} />
        <SideName name="Since" color={colors.after} range={windows.after} zone={zone} />
      </div>
    </div>
  )
}

const axisWidth = 52
const colors = { before: 'var(--chart-3)', after: 'var(--chart-1)' }

function SideName({ name, color, range, zone }: { name: string; color: string; range: Range; zone: ClockZone }) {
  return (
    <p>
      <span className="flex items-center gap-1.5 font-medium text-foreground">
        <span aria-hidden className="size-2 rounded-[2px]" style={{ background: color }} />
        {name}
      </span>
      <span className="num">
        <span className="inline-block">{toMinute(range.from, zone)} to</span>{' '}
        <span className="inline-block">{toMinute(range.to, zone)}</span>
      </span>
    </p>
  )
}

function toMinute(at: string, zone: ClockZone): string {
  return formatMoment(at, zone).slice(0, 'yyyy-mm-dd hh:mm'.length)
}

/** In the middles of equal stretches, from -1 to 0 and from 0 to 1. */
function placed(points: readonly BeforeAfterPoint[], side: BeforeAfterPoint['side']) {
  const own = newest(points.filter(point => point.side === side))
  return own.map(({ at, latencyMs }, index) => ({
    at: new Date(at).getTime(),
    place: (index + 0.5) / own.length - (side === 'before' ? 1 : 0),
    [side]: latencyMs,
  }))
}

const series = {
  type: 'monotone',
  strokeWidth: 1.5,
  dot: { r: 1.5 },
  connectNulls: true,
  isAnimationActive: false,
} as const
