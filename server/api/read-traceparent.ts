import type { IncomingMessage } from 'node:http'
import { isTraceparent } from '../core/shared/trace-context.ts'

/** The W3C trace context of a request; null when it has none, or one that cannot be gone on with. */
export function readTraceparent(request: IncomingMessage): string | null {
  const header = request.headers['traceparent']
  return typeof header === 'string' && isTraceparent(header) ? header : null
}
