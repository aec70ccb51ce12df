import type { Readable } from 'node:stream'

/**
 * Reads a body of at most `maxBytes`; null as soon as it turns out longer, with the rest unread: the caller then destroys
 * the stream. Memory stays within the cap plus one chunk. Rejects when the stream fails or closes before its end.
 */
export function readCapped(stream: Readable, maxBytes: number): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const onData = (chunk: Buffer) => {
      size += chunk.length
      if (size <= maxBytes) return chunks.push(chunk)
      chunks.length = 0
      stream.off('data', onData).pause()
      resolve(null)
    }
    stream.on('error', reject)
    stream.once('close', () => {
      if (!stream.readableEnded) reject(new Error('The body was closed before its end'))
    })
    stream.once('end', () => resolve(Buffer.concat(chunks)))
    stream.on('data', onData)
  })
}
