'use client'

import dynamic from 'next/dynamic'
import { Skeleton } from '../ui/skeleton.tsx'

/*
 * Charts that need recharts, each loaded when it is first shown. They follow a skeleton of their default height; in a
 * box with another `height`, give the box that height, so that nothing moves.
 */

function placeholder(className: string) {
  return function ChartPlaceholder() {
    return <Skeleton className={`w-full ${className}`} />
  }
}

/** Props of `ThroughputArea`. */
export const ThroughputChart = dynamic(() => import('./throughput-area.tsx').then(module => module.ThroughputArea), {
  ssr: false,
  loading: placeholder('h-[180px]'),
})

/** Props of `LatencyLines`. */
export const LatencyChart = dynamic(() => import('./latency-lines.tsx').then(module => module.LatencyLines), {
  ssr: false,
  loading: placeholder('h-[160px]'),
})

/** Props of `HealthBands`. */
export const HealthHistoryChart = dynamic(() => import('./health-bands.tsx').then(module => module.HealthBands), {
  ssr: false,
  loading: placeholder('h-[120px]'),
})
