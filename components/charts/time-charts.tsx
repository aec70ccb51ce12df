'use client'

import { onDemand } from '../ui/on-demand.tsx'
import { Skeleton } from '../ui/skeleton.tsx'

/*
 * Charts that need recharts, each loaded when it is first shown. They follow a skeleton of their default height; in a
 * box with another `height`, give the box that height, so that nothing moves.
 */

function options(className: string) {
  return { fetch: 'when shown', placeholder: () => <Skeleton className={`w-full ${className}`} /> } as const
}

/** Props of `ThroughputArea`. */
export const ThroughputChart = onDemand(
  () => import('./throughput-area.tsx').then(module => module.ThroughputArea),
  options('h-[180px]'),
)

/** Props of `LatencyLines`. */
export const LatencyChart = onDemand(
  () => import('./latency-lines.tsx').then(module => module.LatencyLines),
  options('h-[160px]'),
)

/** Props of `HealthBands`. */
export const HealthHistoryChart = onDemand(
  () => import('./health-bands.tsx').then(module => module.HealthBands),
  options('h-[120px]'),
)

/** Props of `DistributionBars`. */
export const DistributionChart = onDemand(
  () => import('./distribution-bars.tsx').then(module => module.DistributionBars),
  options('h-[120px]'),
)

/** Props of `BeforeAfter`. */
export const BeforeAfterChart = onDemand(
  () => import('./before-after.tsx').then(module => module.BeforeAfter),
  options('h-[208px]'),
)
