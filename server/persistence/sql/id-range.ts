/** The least UUIDv7 of a millisecond since the epoch; not itself an id that anything has. */
export function firstIdAt(ms: number): string {
  const time = Math.max(0, Math.trunc(ms)).toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`
}

/** The millisecond since the epoch that a UUIDv7 was made in. */
export function timeOfId(id: string): number {
  return Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)
}

/** The range of ids that begin with this text; null when it cannot be the beginning of one. */
export function idRange(text: string): { first: string; last: string } | null {
  const digits = text.toLowerCase().replaceAll('-', '')
  if (!/^[0-9a-f]{6,32}$/.test(digits)) return null
  const format = (hex: string) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  return { first: format(digits.padEnd(32, '0')), last: format(digits.padEnd(32, 'f')) }
}
