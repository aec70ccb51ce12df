import type { IdSource } from '../core/shared/ids.ts'
import { RandomPool } from './random-pool.ts'

/**
 * UUIDs of version 7 (RFC 9562, section 6.2, method 1): milliseconds, a 12-bit counter within the millisecond, 62 random
 * bits. They sort in the order in which one source made them, also when the clock steps back.
 */
export function createIdSource(now: () => number = Date.now): IdSource {
  let lastMs = 0
  let counter = 0
  const random = new RandomPool()
  return {
    next() {
      const ms = now()
      if (ms > lastMs) {
        lastMs = ms
        counter = 0
      } else if (++counter > 0xfff) {
        lastMs += 1
        counter = 0
      }
      const bytes = random.take(16)
      bytes.writeUIntBE(lastMs, 0, 6)
      bytes.writeUInt16BE(0x7000 | counter, 6)
      bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8)
      const hex = bytes.toString('hex')
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
    },
  }
}
