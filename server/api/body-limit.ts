import type { IncomingMessage } from 'node:http'
import { QuarterdeckError } from '../core/shared/errors.ts'

/** The largest body of one call of the API: sixteen of the largest payloads, or a batch of ordinary ones. */
export const maxBodyBytes = 4 * 1024 * 1024

export function bodyTooLarge(maxBytes: number): QuarterdeckError {
  return new QuarterdeckError('PAYLOAD_TOO_LARGE', {
    message: `The request is larger than ${maxBytes} bytes.`,
    action: 'Send less at once, and pass large things by reference.',
    details: { maxBytes },
  })
}

/** Refuses a body that is announced as too large before a byte of it is read. Throws PAYLOAD_TOO_LARGE. */
export function checkAnnouncedLength(request: IncomingMessage, maxBytes: number): void {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw bodyTooLarge(maxBytes)
}

/** Reads a small body whole. Throws PAYLOAD_TOO_LARGE. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<string> {
  checkAnnouncedLength(request, maxBytes)
  const chunks: Buffer[] = []
  let size = 0
  // Leaving the loop must not destroy the socket that the answer goes over.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) throw bodyTooLarge(maxBytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
