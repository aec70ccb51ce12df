/** No module may send its callers away for longer than a day. */
const longestMs = 86_400_000

/**
 * Milliseconds to wait by a `Retry-After` header, which is whole seconds or an HTTP date (RFC 9110, 10.2.3); 0 for a date
 * that has passed, null when the header is missing or makes no sense. `nowMs` is since the epoch.
 */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | null {
  const text = header?.trim() ?? ''
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1_000, longestMs)
  if (!/^[A-Z][a-z]+, .+ GMT$/.test(text)) return null
  const at = Date.parse(text)
  return Number.isNaN(at) ? null : Math.min(Math.max(at - nowMs, 0), longestMs)
}
