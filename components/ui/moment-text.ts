import type { ClockZone } from './format.ts'

const two = (value: number) => String(value).padStart(2, '0')

/** A moment as a `datetime-local` field holds it, in the chosen zone and to the second: `2026-11-21T14:03:00`. */
export function toFieldText(iso: string | null, zone: ClockZone): string {
  if (iso === null) return ''
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return ''
  if (zone === 'utc') return date.toISOString().slice(0, 19)
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** The moment that a `datetime-local` field holds, in ISO 8601; null when it is empty or none. */
export function fromFieldText(text: string, zone: ClockZone): string | null {
  if (text === '') return null
  const date = new Date(zone === 'utc' ? `${text}Z` : text)
  return Number.isNaN(date.getTime()) ? null : date.toISOString()
}
