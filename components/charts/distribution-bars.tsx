'use client'

import { Bar, BarChart, CartesianGrid, XAxis, YAxis } from 'recharts'
import { formatCompact, formatCount, formatMs } from '../ui/format.ts'
import { axisLook, ChartFrame, chartLook, gridLook } from './chart-frame.tsx'

export interface DistributionBarsProps {
  /** What is divided: `Wait as it is`. */
  label: string
  /** Upper ends of the bins in ms; there is one count more, beyond the last. */
  boundsMs: readonly number[]
  counts: readonly number[]
  /** End of the scale, so that small multiples can be compared. */
  max: number
  /** 1-5, as in other charts. */
  series: 1 | 2 | 3 | 4 | 5
  height?: number
}

/** How many tasks took how long, in bins that grow. */
export function DistributionBars({ label, boundsMs, counts, max, series, height = 120 }: DistributionBarsProps) {
  const rows = counts.map((count, index) => ({ name: nameOf(boundsMs, index), count }))
  const most = rows.reduce((top, row) => (row.count > top.count ? row : top), rows[0] ?? { name: '', count: 0 })
  const total = counts.reduce((sum, count) => sum + count, 0)
  return (
    <ChartFrame label={`${label}: ${formatCount(Math.round(total))} tasks, most of them ${most.name}`} height={height}>
      <BarChart data={rows} {...chartLook}>
        <CartesianGrid {...gridLook} />
        <XAxis {...axisLook} dataKey="name" minTickGap={24} height={20} />
        <YAxis {...axisLook} width={44} tickFormatter={formatCompact} allowDecimals={false} domain={[0, max]} />
        <Bar dataKey="count" fill={`var(--chart-${series})`} isAnimationActive={false} />
      </BarChart>
    </ChartFrame>
  )
}

function nameOf(boundsMs: readonly number[], index: number): string {
  const bound = boundsMs[index]
  return bound === undefined ? `over ${formatMs(boundsMs.at(-1) ?? 0)}` : `< ${formatMs(bound)}`
}
