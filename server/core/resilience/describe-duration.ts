const secondMs = 1_000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs

/** A length of time for people, in the largest unit that keeps it above 1: `250 ms`, `60 s`, `2.5 min`, `3 h`. */
export function describeDuration(durationMs: number): string {
  if (durationMs < secondMs) return `${Math.round(durationMs)} ms`
  if (durationMs < 2 * minuteMs) return `${toOneDecimal(durationMs / secondMs)} s`
  if (durationMs < 2 * hourMs) return `${toOneDecimal(durationMs / minuteMs)} min`
  return `${toOneDecimal(durationMs / hourMs)} h`
}

/** A length of time that was set, to the millisecond, in the largest unit that divides it: `1900 ms`, `30 s`, `5 min`. */
export function describeSetDuration(durationMs: number): string {
  if (durationMs === 0 || durationMs % secondMs !== 0) return `${durationMs} ms`
  if (durationMs % minuteMs !== 0) return `${durationMs / secondMs} s`
  return durationMs % hourMs === 0 ? `${durationMs / hourMs} h` : `${durationMs / minuteMs} min`
}

function toOneDecimal(value: number): number {
  return Math.round(value * 10) / 10
}
