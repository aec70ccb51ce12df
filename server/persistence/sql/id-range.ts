/** The range of ids that begin with this text; null when it cannot be the beginning of one. */
export function idRange(text: string): { first: string; last: string } | null {
  const digits = text.toLowerCase().replaceAll('-', '')
  if (!/^[0-9a-f]{6,32}$/.test(digits)) return null
  const format = (hex: string) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  return { first: format(digits.padEnd(32, '0')), last: format(digits.padEnd(32, 'f')) }
}
