import { breakerEpisodes, isHarmless } from '../../analysis/breaker-episodes.ts'
import type { BreakerEpisode, RecordedBreakerChange } from '../../analysis/fleet-evidence.ts'
import type { Moment } from './compare.ts'

const minuteMs = 60_000

/**
 * For each whole minute of a window which share of it the breakers of a module's instances were open for nothing, as the analyzer of
 * noise has it: opened by failures in a row, and closed by the first probe. Times in ms since the epoch.
 */
export function openForNothing(
  changes: readonly RecordedBreakerChange[],
  window: { from: number; to: number },
  instances: number,
): Moment[] {
  const first = Math.ceil(window.from / minuteMs)
  const count = Math.max(0, Math.floor(window.to / minuteMs) - first)
  const openMs = new Float64Array(count)
  for (const episode of breakerEpisodes(changes, window).filter(isHarmless)) addTo(openMs, first, episode)
  const whole = minuteMs * Math.max(1, instances)
  return Array.from(openMs, (ms, place) => ({ acceptedAt: (first + place) * minuteMs, value: Math.min(1, ms / whole) }))
}

function addTo(openMs: Float64Array, first: number, { openedAt, closedAt }: BreakerEpisode): void {
  const end = closedAt ?? openedAt
  for (let minute = Math.floor(openedAt / minuteMs); minute * minuteMs < end; minute++) {
    const place = minute - first
    if (place < 0 || place >= openMs.length) continue
    openMs[place]! += Math.min(end, (minute + 1) * minuteMs) - Math.max(openedAt, minute * minuteMs)
  }
}
