'use client'

import type { ReactElement } from 'react'
import { ResponsiveContainer, type XAxisProps } from 'recharts'
import { type ClockZone, formatClock } from '../ui/format.ts'

/** At most this many points are drawn; more cannot be told apart and cost time. */
const maxPoints = 120

/** Every chart draws at most `maxPoints`: of more, the newest. */
export function newest<Point>(points: readonly Point[]): Point[] {
  return points.slice(-maxPoints)
}

export interface ChartFrameProps {
  /** What the chart shows, with its newest figures: read out in place of the picture. */
  label: string
  height: number
  children: ReactElement
}

/** A picture of fixed height with its meaning in words. */
export function ChartFrame({ label, height, children }: ChartFrameProps) {
  return (
    <div role="img" aria-label={label} style={{ height }} className="w-full min-w-0 select-none text-2xs">
      <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 640, height }}>
        {children}
      </ResponsiveContainer>
    </div>
  )
}

/** Looks of axes, grid and cursor, the same in every chart. */
export const axisLook = {
  tick: { fill: 'var(--faint-foreground)', fontSize: 11 },
  tickLine: false,
  axisLine: false,
} as const
export const gridLook = { stroke: 'var(--chart-grid)', vertical: false } as const

export const chartLook = { margin: { top: 6, right: 4, bottom: 0, left: 0 }, accessibilityLayer: false } as const
export const tooltipLook = {
  cursor: { stroke: 'var(--border-strong)', strokeWidth: 1 },
  isAnimationActive: false,
} as const

/** The axis of time, in the chosen clock; rows carry their moment as `at`, in epoch milliseconds. */
export function timeAxisLook(zone: ClockZone) {
  return {
    ...axisLook,
    dataKey: 'at',
    type: 'number',
    scale: 'time',
    domain: ['dataMin', 'dataMax'],
    tickFormatter: (at: number) => formatClock(at, zone),
    minTickGap: 64,
    height: 20,
  } as const satisfies XAxisProps
}
