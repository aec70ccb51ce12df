/** Ranges that end now, by the name they have in the URL. */
export const relativeRanges = { '15m': 900_000, '1h': 3_600_000, '24h': 86_400_000, '7d': 604_800_000 } as const
export type RelativeRange = keyof typeof relativeRanges
export const rangeNames = Object.keys(relativeRanges) as RelativeRange[]

/** A range that ends now; or two moments, as an address has them, of which each may be open. */
export interface TimeRange {
  range: RelativeRange | null
  from: string | null
  to: string | null
}

/** A moment in ISO 8601 with zone; null for anything that is none. */
export function readMoment(text: string | null): string | null {
  if (text === null || text === '') return null
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? null : new Date(ms).toISOString()
}

/** The range as lists of the server take it. What is no moment, as typed by hand into an address, is left out. */
export function toMoments({ range, from, to }: TimeRange, nowMs: number): { from?: string; to?: string } {
  if (range !== null) return { from: new Date(nowMs - relativeRanges[range]).toISOString() }
  const [begin, end] = [readMoment(from), readMoment(to)]
  return { ...(begin === null ? {} : { from: begin }), ...(end === null ? {} : { to: end }) }
}

/** What is wrong with two moments as a range, beside its end; null when nothing is. */
export function rangeProblem({ from, to }: Pick<TimeRange, 'from' | 'to'>): string | null {
  const [begin, end] = [readMoment(from), readMoment(to)]
  return begin !== null && end !== null && begin > end ? 'It ends before it begins.' : null
}
