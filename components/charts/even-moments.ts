/**
 * Moments that lie about `stepMs` apart, oldest first, as exact multiples of it, each in a place of its own; where some are missing the
 * gap stays. For charts with bars: recharts remembers every width of bars it has ever worked out, so that moments some milliseconds
 * off fill the memory of a page that is open all day.
 */
export function evenMoments(moments: readonly number[], stepMs: number): number[] {
  let last = Number.NEGATIVE_INFINITY
  return moments.map(moment => {
    last = Math.max(Math.round(moment / stepMs) * stepMs, last + stepMs)
    return last
  })
}
