'use client'

import { parseAsFloat, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'

/** Ranges that end now. */
export const healthRanges = ['1h', '6h', '24h', '7d', '30d'] as const
export type HealthRange = (typeof healthRanges)[number]

const hourMs = 3_600_000
export const rangeMs: Record<HealthRange, number> = {
  '1h': hourMs,
  '6h': 6 * hourMs,
  '24h': 24 * hourMs,
  '7d': 168 * hourMs,
  '30d': 720 * hourMs,
}

const parsers = {
  /** Members strictly below this score are listed. */
  below: parseAsFloat.withDefault(80),
  range: parseAsStringLiteral(healthRanges).withDefault('24h'),
  from: parseAsString,
  to: parseAsString,
}

/** What the health page shows, as the URL has it; two moments take the place of the range. */
export function useHealthSearch() {
  const [search, setSearch] = useQueryStates(parsers)
  return { search, setSearch }
}
