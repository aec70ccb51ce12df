'use client'

import { Line, LineChart, ReferenceArea, Tooltip, XAxis, YAxis } from 'recharts'
import type { HealthBand, HealthPoint } from '#server/contracts/health.ts'
import { useClockZone } from '../data/use-clock-zone.ts'
import { formatScore } from '../ui/format.ts'
import { statusLook, toneClasses } from '../ui/status.ts'
import { axisLook, ChartFrame, chartLook, newest, timeAxisLook, tooltipLook } from './chart-frame.tsx'
import { ChartTooltip } from './chart-tooltip.tsx'

const bands: readonly { band: HealthBand; from: number; to: number }[] = [
  { band: 'emergency', from: 0, to: 50 },
  { band: 'critical', from: 50, to: 70 },
  { band: 'degraded', from: 70, to: 90 },
  { band: 'healthy', from: 90, to: 100 },
]

/** The overall score over time, over the bands it can fall in. */
export function HealthBands({ points, height = 120 }: { points: readonly HealthPoint[]; height?: number }) {
  const zone = useClockZone()
  const rows = newest(points).map(({ at, score }) => ({ at: new Date(at).getTime(), score }))
  const last = points.at(-1)
  const words = last ? `latest: ${formatScore(last.score)}, ${statusLook('band', last.status).label}` : 'no figures yet'
  return (
    <ChartFrame label={`Health score over time, ${words}`} height={height}>
      <LineChart data={rows} {...chartLook}>
        {bands.map(({ band, from, to }) => (
          <ReferenceArea
            key={band}
            y1={from}
            y2={to}
            fill={toneClasses[statusLook('band', band).tone].stroke}
            fillOpacity={0.09}
          />
        ))}
        <XAxis {...timeAxisLook(zone)} />
        <YAxis {...axisLook} width={28} domain={[0, 100]} ticks={[0, 50, 70, 90]} interval={0} />
        <Tooltip {...tooltipLook} content={props => <ChartTooltip {...props} zone={zone} format={formatScore} />} />
        <Line
          type="stepAfter"
          dataKey="score"
          name="Score"
          stroke="var(--foreground)"
          strokeWidth={1.5}
          dot={false}
          activeDot={{ r: 2.5 }}
          isAnimationActive={false}
        />
      </LineChart>
    </ChartFrame>
  )
}
