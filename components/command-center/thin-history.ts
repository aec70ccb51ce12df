import type { HealthPoint } from '#server/contracts/health.ts'

/**
 * At most `limit` points, oldest first, evenly spread over all of them; each stands for its stretch with the worst score
 * in it, so that a short dip is not lost.
 */
export function thinHistory(points: readonly HealthPoint[], limit: number): HealthPoint[] {
  if (points.length <= limit) return [...points]
  return Array.from({ length: limit }, (_, index) => {
    const from = Math.floor((index * points.length) / limit)
    const to = Math.floor(((index + 1) * points.length) / limit)
    return points.slice(from, to).reduce((worst, point) => (point.score < worst.score ? point : worst))
  })
}
