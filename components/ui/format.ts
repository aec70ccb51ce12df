const counts = new Intl.NumberFormat('en-US')
const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 })

/** What stands where a number is not known. */
export const unknownValue = '–'

/** A whole number with thousands separators: `12,345`. */
export function formatCount(value: number | null): string {
  return value === null ? unknownValue : counts.format(value)
}

/** A number in little room: below 10,000 in full, then `12.3K`, `4.5M`. */
export function formatCompact(value: number | null): string {
  if (value === null) return unknownValue
  return Math.abs(value) < 10_000 ? counts.format(Math.round(value)) : compact.format(value)
}

/** A share between 0 and 1 as per cent: `0.4 %`, `12 %`, `100 %`; never rounds something to nothing or almost all to all. */
export function formatPercent(share: number | null): string {
  if (share === null) return unknownValue
  const percent = share * 100
  if (percent > 0 && percent < 0.1) return '< 0.1 %'
  if (percent > 99.9 && percent < 100) return '> 99.9 %'
  const wantsDigit = !Number.isInteger(percent) && (percent < 10 || percent > 99)
  return `${wantsDigit ? percent.toFixed(1) : Math.round(percent)} %`
}

/**
 * A difference with its sign, as `format` gives its size: `−1.2 s`, `+12 %`; none where the size is that of nothing. Of shares use
 * `formatShareSize`, as differences of shares are often small.
 */
export function formatSigned(value: number, format: (size: number) => string): string {
  const size = format(Math.abs(value))
  return size === format(0) ? size : `${value < 0 ? '−' : '+'}${size}`
}

/** The size of a difference of shares: `12 %`, `0.4 %`, `0.03 %`. */
export function formatShareSize(share: number): string {
  const percent = share * 100
  if (percent >= 0.1) return formatPercent(share)
  return percent < 0.001 ? '0 %' : `${Number(percent.toPrecision(1))} %`
}

/** A score of 0-100 without unit: `97`, `87.5`. */
export function formatScore(score: number | null): string {
  if (score === null) return unknownValue
  return Number.isInteger(score) ? String(score) : score.toFixed(1)
}

/** A measured duration: `0.4 ms`, `320 ms`, `1.24 s`, `2 min 5 s`. */
export function formatMs(ms: number | null): string {
  if (ms === null) return unknownValue
  if (ms < 9.95) return `${Number.isInteger(ms) ? ms : ms.toFixed(1)} ms`
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 9_995) return `${(ms / 1_000).toFixed(2)} s`
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`
  return formatDuration(Math.max(60_000, ms))
}

const steps = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const

/** A span of time in its two largest units: `45 s`, `3 min 20 s`, `5 h 2 min`, `12 d 4 h`. */
export function formatDuration(ms: number): string {
  const first = steps.findIndex(([, size]) => ms >= size)
  if (first === -1) return '0 s'
  const [unit, size] = steps[first] as (typeof steps)[number]
  const whole = `${Math.floor(ms / size)} ${unit}`
  const next = steps[first + 1]
  const rest = next ? Math.floor((ms % size) / next[1]) : 0
  return next && rest > 0 ? `${whole} ${rest} ${next[0]}` : whole
}

/** Something per second: `0.3/s`, `12.4/s`, `1,250/s`. */
export function formatRate(perSecond: number | null): string {
  if (perSecond === null) return unknownValue
  if (perSecond > 0 && perSecond < 0.1) return '< 0.1/s'
  const figure =
    perSecond >= 100 || Number.isInteger(perSecond) ? formatCount(Math.round(perSecond)) : perSecond.toFixed(1)
  return `${figure}/s`
}

/** US dollars: `$0.0012`, `$3.40`, `$1,250`. */
export function formatUsd(usd: number | null): string {
  if (usd === null) return unknownValue
  if (usd === 0) return '$0'
  const size = Math.abs(usd)
  // A call may cost a millionth: two digits that say something, ten decimals at most.
  const digits = size < 0.001 ? Math.min(10, 1 - Math.floor(Math.log10(size))) : size < 0.01 ? 4 : size < 1_000 ? 2 : 0
  return `$${decimals(digits).format(usd)}`
}

/** Kept by the number of digits: making one takes longer than all else that a row of a table needs. */
const decimalFormats = new Map<number, Intl.NumberFormat>()

function decimals(digits: number): Intl.NumberFormat {
  const known = decimalFormats.get(digits)
  if (known) return known
  const format = new Intl.NumberFormat('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  decimalFormats.set(digits, format)
  return format
}

/** Bytes in binary units: `812 B`, `14.2 KiB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`
  return bytes < 1_048_576 ? `${(bytes / 1_024).toFixed(1)} KiB` : `${(bytes / 1_048_576).toFixed(1)} MiB`
}

/** The noun in the number that fits: `plural(1, 'task')` is `1 task`, `plural(3, 'task')` is `3 tasks`. */
export function plural(count: number, singular: string, many = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : many}`
}

/** How far `at` is from `now`: `now`, `12 s ago`, `in 5 min`. One unit, so that columns of it stay calm. */
export function formatRelative(at: string | number, now: number): string {
  const distance = now - new Date(at).getTime()
  const size = Math.abs(distance)
  if (size < 1_000) return 'now'
  const [unit, length] = steps.find(([, step]) => size >= step) ?? ['s', 1_000]
  const figure = `${Math.floor(size / length)} ${unit}`
  return distance > 0 ? `${figure} ago` : `in ${figure}`
}

/** The clock times are shown in: the browser's own or UTC. */
export type ClockZone = 'local' | 'utc'

/** A moment in full, to the millisecond and with its zone: `2026-11-21 14:03:11.120 UTC`. */
export function formatMoment(at: string | number, zone: ClockZone): string {
  const date = new Date(at)
  if (zone === 'utc') return `${date.toISOString().slice(0, 23).replace('T', ' ')} UTC`
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  const offset = -date.getTimezoneOffset()
  const sign = offset < 0 ? '-' : '+'
  const shift = `${sign}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`
  return `${day} ${formatClock(at, 'local')}.${String(date.getMilliseconds()).padStart(3, '0')} ${shift}`
}

/** A text with each ISO 8601 moment in it shown by `formatMoment`. */
export function formatMomentsIn(text: string, zone: ClockZone): string {
  return text.replaceAll(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, moment => formatMoment(moment, zone))
}

/** The time of day: `14:03:11`. */
export function formatClock(at: string | number, zone: ClockZone): string {
  const date = new Date(at)
  const parts =
    zone === 'utc'
      ? [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()]
      : [date.getHours(), date.getMinutes(), date.getSeconds()]
  return parts.map(part => String(part).padStart(2, '0')).join(':')
}

/** A chosen duration: unlike a measured one it has no more digits than were chosen. */
export function formatSetting(ms: number): string {
  return ms >= 1_000 && ms % 1_000 === 0 ? formatDuration(ms) : formatMs(ms)
}
