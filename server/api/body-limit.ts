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

/**
 * Reads a body whole. What comes after the limit is read and thrown away, so that the caller gets the answer rather than a broken
 * connection. Throws PAYLOAD_TOO_LARGE, and INVALID_INPUT when the caller goes away in the middle.
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= maxBytes) chunks.push(chunk)
      else reject(bodyTooLarge(maxBytes))
    })
    request.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    request.on('error', cause => reject(incompleteRequest(cause)))
  })
}

function incompleteRequest(cause: Error): QuarterdeckError {
  return new QuarterdeckError('INVALID_INPUT', {
    message: 'The connection was closed before the request was complete.',
    action: 'Send it again.',
    cause,
  })
}
