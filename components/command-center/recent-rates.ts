import type { ThroughputPoint } from '#server/contracts/stats.ts'

const windowPoints = 10

/** Work per second, the mean of the last ten seconds; null before anything was measured. */
export interface RecentRates {
  accepted: number | null
  succeeded: number | null
  failed: number | null
}

/** How fast work comes in and ends now. The points are per second, oldest first. */
export function recentRates(points: readonly ThroughputPoint[]): RecentRates {
  const recent = points.slice(-windowPoints)
  if (recent.length === 0) return { accepted: null, succeeded: null, failed: null }
  const mean = (read: (point: ThroughputPoint) => number) =>
    recent.reduce((sum, point) => sum + read(point), 0) / recent.length
  return {
    accepted: mean(point => point.accepted),
    succeeded: mean(point => point.succeeded),
    failed: mean(point => point.failed),
  }
}
